import { METHODS } from 'node:http';
import { newPerson, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { send } from '../support/wire';

const bearer = (token: string) => ['Authorization', `Bearer ${token}`] as const;

onBothDatabases('forward-auth', (house) => {
  it('says who asks, whatever the method and the body', async () => {
    const person = await newPerson(house());
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const body = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? { body: '{"not json' } : {};
      const answer = await send(house(), {
        method,
        path: '/v1/verify',
        headers: [bearer(person.accessToken), ['Content-Type', 'application/json']],
        ...body,
      });
      expect([method, answer.status, answer.body]).toEqual([method, 200, '']);
      expect(Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-auth')))).toEqual({
        'x-auth-user-id': person.id,
        'x-auth-username': person.username,
        'x-auth-email': person.email,
        'x-auth-roles': '',
        'x-auth-permissions': '',
        'x-auth-session-id': person.sessionId,
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    const big = await send(house(), {
      method: 'POST',
      path: '/v1/verify',
      headers: [bearer(person.accessToken), ['Content-Type', 'x/y']],
      body: 'x'.repeat(300_000),
    });
    expect(big.status).toBe(200);
  });

  it('refuses everybody else with a challenge, whatever identity they claim', async () => {
    const person = await newPerson(house());
    const claims = [
      ['X-Auth-User-Id', person.id],
      ['X-Auth-Roles', 'ADMIN'],
      ['X-Auth-Session-Id', person.sessionId],
    ] as const;
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const missing = await send(house(), { method, path: '/v1/verify', headers: claims });
      expect([missing.status, missing.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect([...missing.headers.keys()].filter((name) => name.startsWith('x-auth'))).toEqual([]);
    }
    await rest.send(house(), 'logout', {}, person.accessToken);
    const ended = await send(house(), { path: '/v1/verify', headers: [bearer(person.accessToken)] });
    expect([ended.status, ended.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('needs every role that is asked for, as the user has them now', async () => {
    const person = await newPerson(house());
    const ask = async (query: string) => {
      const { status, headers } = await send(house(), { path: `/v1/verify?${query}`, headers: [bearer(person.accessToken)] });
      return [status, headers.get('x-auth-roles'), headers.get('www-authenticate')];
    };
    expect(await ask('role=ADMIN')).toEqual([403, undefined, 'Bearer error="insufficient_scope"']);
    await house().app.services.users.setRoles(person.id, ['ADMIN', 'EDITOR']);
    expect(await ask('role=ADMIN')).toEqual([200, 'ADMIN,EDITOR', undefined]);
    expect((await ask('role=ADMIN&role=EDITOR'))[0]).toBe(200);
    expect((await ask('role=OWNER&role=ADMIN'))[0]).toBe(403);
    expect((await ask('role='))[0]).toBe(403);
    await house().app.services.users.setRoles(person.id, []);
    expect((await ask('role=ADMIN'))[0]).toBe(403);
  });

  it('refuses a question with a parameter that it does not know, whoever is asked about', async () => {
    const admin = await newPerson(house());
    await house().app.services.users.setRoles(admin.id, ['ADMIN']);
    const ask = async (path: string, headers: readonly (readonly [string, string])[] = []) =>
      (await send(house(), { path, headers: [bearer(admin.accessToken), ...headers] })).status;
    for (const query of [
      'roles=ADMIN',
      'Role=ADMIN',
      'ROLE=ADMIN',
      'role[]=ADMIN',
      'role=ADMIN&x',
      'x=1&uri=/',
      'uri=*',
      'uri=',
      ' role=ADMIN',
    ])
      expect([query, await ask(`/v1/verify?${encodeURI(query)}`)]).toEqual([query, 403]);
    const answer = await send(house(), { path: '/v1/verify?roles=ADMIN', headers: [bearer(admin.accessToken)] });
    expect(JSON.parse(answer.body).issues).toEqual([
      { path: 'query', message: 'has a parameter that is not known here: there are role, permission, fresh and mfa' },
    ]);
    for (const query of ['', 'role=ADMIN', '&role=ADMIN&', 'role=ADMIN&uri=/x?roles=OWNER&page=2', 'uri=/x'])
      expect([query, await ask(`/v1/verify?${query}`)]).toEqual([query, 200]);
  });

  it("takes the query that Caddy hands on for the client's: a role in it can only ask for more", async () => {
    const person = await newPerson(house());
    const ask = async (query: string, uri: string) =>
      (await send(house(), { path: `/v1/verify?${query}`, headers: [bearer(person.accessToken), ['X-Forwarded-Uri', uri]] })).status;
    expect(await ask('page=2&sort=name', '/orders?page=2&sort=name')).toBe(200);
    expect(await ask('page=2&role=OWNER', '/orders?page=2&role=OWNER')).toBe(403);
    for (const uri of ['/orders', '/orders?', '/orders?page=3', '/orders?page=2&sort', 'page=2'])
      expect([uri, await ask('page=2', uri)]).toEqual([uri, 403]);
  });

  it('asks for a second factor and for a fresh proof whatever the visitor writes into the query of the page', async () => {
    const person = await newPerson(house());
    house().clock.advance(60);
    const { accessToken } = (await rest.send(house(), 'refresh', { refreshToken: person.refreshToken })).body;
    const ask = async (query: string, uri: string) =>
      (await send(house(), { path: `/v1/verify?${query}`, headers: [bearer(accessToken), ['X-Forwarded-Uri', uri]] })).status;
    for (const query of ['mfa=1', 'fresh=1', 'fresh=1&mfa=1', 'role=&mfa=1'])
      expect([query, (await ask(query, `/x?${query}`)) === 200]).toEqual([query, false]);
    expect(await ask('fresh=yes&page=2', '/x?fresh=yes&page=2')).toBe(200); // words of the service's own
  });

  it('puts a name of any script into a header that gives it back', async () => {
    const username = 'Žofie.山田.o-100';
    const person = await newPerson(house(), { username });
    const { headers } = await send(house(), { path: '/v1/verify', headers: [bearer(person.accessToken)] });
    const value = headers.get('x-auth-username') ?? '';
    expect(value).toMatch(/^[\x21-\x7e]+$/);
    expect(decodeURIComponent(value)).toBe(username);
    expect(decodeURIComponent(headers.get('x-auth-email') ?? '')).toBe(person.email);
  });

  it('lets no percent sign of an address stand for what it would be decoded to', async () => {
    const email = `kate%40evil.example.${uniqueName()}@example.com`;
    const { body } = await rest.send(house(), 'register', { username: uniqueName(), email, password: 'a quiet garden gate' });
    const { headers } = await send(house(), { path: '/v1/verify', headers: [bearer(body.accessToken)] });
    expect(headers.get('x-auth-email')).toBe(email.replace('%', '%25'));
  });
});

describe('forward-auth, to a proxy for which each 2xx is the grant', () => {
  it('answers no method without the grant with one, for browsers of an allowed origin neither', async () => {
    const house = await openHouse('sqlite', { AUTH_CORS_ORIGINS: 'https://app.example.com' });
    const preflight = [
      ['Origin', 'https://app.example.com'],
      ['Access-Control-Request-Method', 'POST'],
    ] as const;
    for (const path of [
      '/v1/verify',
      '/v1/verify?uri=/x',
      '/v1/verify/graphql',
      '/v1/verify/graphql?uri=/graphql',
      '/v1/verify/',
      '/v1/verify/graphql/',
    ])
      for (const method of METHODS.filter((each) => each !== 'CONNECT'))
        for (const headers of [[], preflight]) {
          const { status } = await send(house, { method, path, headers });
          expect([method, path, status]).toEqual([method, path, expect.any(Number)]);
          expect(status).toBeGreaterThanOrEqual(300);
        }
    await house.close();
  });
});

describe('forward-auth with a sign-in page', () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse('sqlite', { AUTH_SIGN_IN_URL: 'https://app.example.com/sign-in?theme=dark' });
  });
  afterAll(() => house.close());

  const page = ['Accept', 'text/html,application/xhtml+xml;q=0.9'] as const;
  const back = encodeURIComponent('https://shop.example.com/orders?page=2&x=1').replaceAll('%20', '+');
  const location = `https://app.example.com/sign-in?theme=dark&return_to=${back}`;
  const traefik = [
    ['X-Forwarded-Method', 'GET'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Host', 'shop.example.com'],
    ['X-Forwarded-Uri', '/orders?page=2&x=1'],
  ] as const;

  it('redirects a browser where Traefik, Caddy or Envoy can pass it on', async () => {
    const forwarded = await send(house, { path: '/v1/verify', headers: [page, ...traefik] });
    expect([forwarded.status, forwarded.headers.get('location')]).toEqual([302, location]);
    const envoy = await send(house, {
      path: '/v1/verify?uri=/orders?page=2&x=1',
      headers: [page, ['X-Forwarded-Host', 'shop.example.com']],
    });
    expect([envoy.status, envoy.headers.get('location')]).toEqual([302, location]);
  });

  it('gives nginx its 401, with the page in a header', async () => {
    for (const original of [
      [['X-Original-URL', 'https://shop.example.com/orders?page=2&x=1']],
      [...traefik.slice(1, 3), ['X-Original-URI', '/orders?page=2&x=1']],
    ] as const) {
      const { status, headers } = await send(house, { path: '/v1/verify', headers: [page, ...original] });
      expect([status, headers.get('x-auth-sign-in'), headers.get('www-authenticate')]).toEqual([401, location, 'Bearer']);
    }
  });

  it('gives a program its 401, and never leads back to what is no web page', async () => {
    for (const headers of [[], [['Accept', 'application/json']], [['Accept', '*/*']], [page, ['X-Forwarded-Method', 'POST']]] as const)
      expect((await send(house, { path: '/v1/verify', headers: [...traefik.slice(1), ...headers] })).status).toBe(401);
    expect((await send(house, { method: 'POST', path: '/v1/verify', headers: [page] })).status).toBe(401);
    for (const bad of ['javascript:alert(1)', 'nonsense', 'file:///etc/passwd']) {
      const { headers } = await send(house, { path: '/v1/verify', headers: [page, ['X-Original-URL', bad]] });
      expect(headers.get('x-auth-sign-in')).toBe('https://app.example.com/sign-in?theme=dark');
    }
  });
});
