import * as oauth from 'oauth4webapi';
import { runCommand } from '../support/command';
import { logIn, newPerson, rest } from '../support/doors';
import { readClaims } from '../support/forgery';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { basic, newServiceClient, postForm } from '../support/service-client';

const profile = async (house: House, token: string) => (await rest.send(house, 'profile', undefined, token)).code;
const insecure = { [oauth.allowInsecureRequests]: true };

onBothDatabases('what other services ask', (house) => {
  describe('GET /.well-known/jwks.json', () => {
    it('may be kept for five minutes, and answers 304 to who has it', async () => {
      const url = `${house().url}/.well-known/jwks.json`;
      const first = await fetch(url);
      expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
      const { keys } = (await first.json()) as { keys: object[] };
      expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{43}"$/);
      for (const known of [etag, `"other", W/${etag}`, '*']) {
        const again = await fetch(url, { headers: { 'if-none-match': known } });
        expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      }
      expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    });
  });

  describe('a client library that we did not write', () => {
    const server = async () => {
      const issuer = new URL(house().url);
      const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
      const document = (await response.clone().json()) as oauth.AuthorizationServer;
      const as = await oauth.processDiscoveryResponse(new URL('http://gatehouse.test'), response);
      expect(document.jwks_uri).toBe('http://gatehouse.test/.well-known/jwks.json');
      const here = (endpoint = '') => endpoint.replace('http://gatehouse.test', house().url);
      return { ...as, introspection_endpoint: here(as.introspection_endpoint), revocation_endpoint: here(as.revocation_endpoint) };
    };

    it('finds the endpoints, introspects and revokes', async () => {
      const person = await newPerson(house());
      const { id, secret } = await newServiceClient(house());
      const as = await server();
      const client: oauth.Client = { client_id: id };
      const introspect = async () => {
        const response = await oauth.introspectionRequest(as, client, oauth.ClientSecretBasic(secret), person.accessToken, insecure);
        return oauth.processIntrospectionResponse(as, client, response);
      };
      expect(await introspect()).toMatchObject({ active: true, sub: person.id, sid: person.sessionId, token_type: 'Bearer', roles: [] });
      const revoked = await oauth.revocationRequest(as, client, oauth.None(), person.accessToken, insecure);
      expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
      expect(await introspect()).toEqual({ active: false });
    });

    it('is never told that a token is active after its `exp`, though the gateway itself gives it a few seconds', async () => {
      const person = await newPerson(house());
      const { authorization } = await newServiceClient(house());
      const { exp } = readClaims(person.accessToken) as { exp: number };
      const active = async () => {
        const { body } = await postForm(house(), '/v1/introspect', { token: person.accessToken }, { authorization });
        return body.active;
      };
      expect(await active()).toBe(true);
      house().clock.advance(exp - house().clock.now() / 1000 + 0.5);
      expect([await active(), await profile(house(), person.accessToken)]).toEqual([false, null]);
    });

    it('understands a wrong secret and a missing token', async () => {
      const { id, secret } = await newServiceClient(house());
      const as = await server();
      const client: oauth.Client = { client_id: id };
      const wrong = await oauth.introspectionRequest(as, client, oauth.ClientSecretBasic(`${secret}x`), 'x', insecure);
      await expect(oauth.processIntrospectionResponse(as, client, wrong)).rejects.toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
      const missing = await oauth.revocationRequest(as, client, oauth.None(), 'x', { ...insecure, additionalParameters: { token: 'y' } });
      expect(missing.status).toBe(200);
      const empty = await fetch(as.revocation_endpoint, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      });
      await expect(oauth.processRevocationResponse(empty)).rejects.toMatchObject({ error: 'invalid_request' });
    });
  });

  describe('POST /v1/introspect', () => {
    it('tells of an access token what is true now, and nothing of every other', async () => {
      const person = await newPerson(house());
      const { authorization } = await newServiceClient(house());
      const ask = async (token: string) => (await postForm(house(), '/v1/introspect', { token }, { authorization })).body;
      await house().app.services.users.setRoles(person.id, ['EDITOR']);
      expect(await ask(person.accessToken)).toEqual({
        active: true,
        token_type: 'Bearer',
        iss: 'http://gatehouse.test',
        aud: 'http://gatehouse.test',
        sub: person.id,
        sid: person.sessionId,
        jti: expect.any(String),
        iat: expect.any(Number),
        exp: expect.any(Number),
        auth_time: expect.any(Number),
        amr: ['pwd'],
        username: person.username,
        roles: ['EDITOR'],
      });
      await rest.send(house(), 'logout', {}, person.accessToken);
      const other = await newPerson(house());
      for (const token of [
        person.accessToken,
        other.refreshToken,
        `${other.accessToken.slice(0, -4)}AAAA`,
        'x',
        'a.b.c',
        'é',
        'x'.repeat(50_000),
      ])
        expect(await ask(token)).toEqual({ active: false });
    });

    it('asks for a service client, in one way for every cause', async () => {
      const { id, secret, authorization } = await newServiceClient(house());
      const person = await newPerson(house());
      const ask = (headers: Record<string, string>) => postForm(house(), '/v1/introspect', { token: person.accessToken }, headers);
      const unknown = basic('7b0e0f3c-5df6-4e0a-9f8e-0f6b0a6ea001', secret);
      const answers = await Promise.all(
        [basic(id, `${secret.slice(0, -1)}_`), basic(id, ''), basic('x', secret), unknown].map((value) => ask({ authorization: value })),
      );
      for (const { status, body, headers } of answers) {
        expect([status, body.code, body.error]).toEqual([401, 'INVALID_CREDENTIALS', 'invalid_client']);
        expect(headers.get('www-authenticate')).toBe('Basic realm="gatehouse", charset="UTF-8"');
        expect({ ...body, request_id: '' }).toEqual({ ...answers[0]?.body, request_id: '' });
      }
      for (const value of [`Bearer ${person.accessToken}`, 'Basic', 'Basic !!!', `Basic ${Buffer.from('no colon').toString('base64')}`])
        expect((await ask({ authorization: value })).body).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MALFORMED' });
      await runCommand(house(), ['client', 'delete', id, '--yes']);
      expect((await ask({ authorization })).status).toBe(401);
    });

    it('takes a form and nothing else, each parameter once', async () => {
      const { authorization } = await newServiceClient(house());
      const send = (contentType: string, body: string) =>
        fetch(`${house().url}/v1/introspect`, { method: 'POST', headers: { authorization, 'content-type': contentType }, body });
      expect((await send('application/json', '{"token":"x"}')).status).toBe(415);
      expect((await send('application/x-www-form-urlencoded; charset=latin1', 'token=x')).status).toBe(415);
      expect((await send('application/x-www-form-urlencoded;charset=UTF-8', 'token=x&token_type_hint=nonsense&more=1')).status).toBe(200);
      for (const body of ['', 'token=', 'other=1', 'token=a&token=b', 'token=%ff%fe&token=x', '__proto__=x'])
        expect([body, (await send('application/x-www-form-urlencoded', body)).status]).toEqual([body, 400]);
      expect(
        (
          await fetch(`${house().url}/v1/login`, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: 'a=b',
          })
        ).status,
      ).toBe(415);
    });
  });

  describe('POST /v1/revoke', () => {
    const revoke = (token: string) => postForm(house(), '/v1/revoke', { token, token_type_hint: 'refresh_token' });

    it('leaves the cookies of whoever sends it alone: any page can send a form', async () => {
      const [mallory, victim] = [await newPerson(house()), await newPerson(house())];
      const cookie = `__Host-gatehouse_refresh=${victim.refreshToken}`;
      const headers = { cookie, origin: 'https://evil.gatehouse.test' };
      const { status, headers: answer } = await postForm(house(), '/v1/revoke', { token: mallory.accessToken }, headers);
      expect([status, answer.getSetCookie(), answer.get('clear-site-data')]).toEqual([200, [], null]);
      expect(await profile(house(), mallory.accessToken)).toBe('UNAUTHENTICATED');
      expect(await profile(house(), victim.accessToken)).toBeNull();
    });

    it('ends the session of an access token, of a refresh token, and of a spent one', async () => {
      const person = await newPerson(house());
      const second = await logIn(house(), person);
      const third = await logIn(house(), person);
      const fourth = await logIn(house(), person);
      await rest.send(house(), 'refresh', { refreshToken: third.refreshToken });
      for (const token of [person.accessToken, second.refreshToken, third.refreshToken]) {
        const { status, text } = await revoke(token);
        expect([status, text]).toEqual([200, '']);
      }
      for (const { accessToken } of [person, second, third]) expect(await profile(house(), accessToken)).toBe('UNAUTHENTICATED');
      expect((await rest.send(house(), 'refresh', { refreshToken: second.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      expect(await profile(house(), fourth.accessToken)).toBeNull();
    });

    it('answers 200 to nonsense, and ends nothing', async () => {
      const person = await newPerson(house());
      const forged = `${person.refreshToken.slice(0, -6)}AAAAAA`;
      const expired = person.accessToken;
      for (const token of ['x', 'ghr_', forged, `${person.accessToken}x`, 'x'.repeat(60_000), '\u0000'])
        expect((await revoke(token)).status).toBe(200);
      expect(await profile(house(), person.accessToken)).toBeNull();
      house().clock.advance(1_000);
      expect((await revoke(expired)).status).toBe(200);
      expect((await rest.send(house(), 'refresh', { refreshToken: person.refreshToken })).code).toBeNull();
      house().clock.advance(-1_000);
    });
  });

  describe('gatehouse client', () => {
    it('shows the secret once, lists, and deletes by name', async () => {
      const made = JSON.parse((await runCommand(house(), ['client', 'create', 'orders', '--json'])).out);
      expect(made).toMatchObject({ name: 'orders', secret: expect.stringMatching(/^ghs_[\w-]{43}$/) });
      const row = await house().app.services.database.client.serviceClient.findUniqueOrThrow({ where: { id: made.id } });
      expect(JSON.stringify(row)).not.toContain(made.secret.slice(4));
      await postForm(house(), '/v1/introspect', { token: 'x' }, { authorization: basic(made.id, made.secret) });
      const listed = await runCommand(house(), ['client', 'list', '--json']);
      for (const { out } of [listed, await runCommand(house(), ['client', 'list'])])
        for (const secret of [made.secret.slice(4), row.secretHash, row.secretHash.slice(4), 'gs1$']) expect(out).not.toContain(secret);
      expect(JSON.parse(listed.out).find(({ name }: { name: string }) => name === 'orders').lastUsedAt).not.toBeNull();
      const taken = await runCommand(house(), ['client', 'create', 'orders']);
      expect([taken.code, taken.err]).toEqual([1, expect.stringMatching(/name is taken/)]);
      expect((await runCommand(house(), ['client', 'create', 'a b'])).code).toBe(1);
      expect((await runCommand(house(), ['client', 'delete', 'orders', '--yes'])).out).toBe('orders is deleted.\n');
      expect((await runCommand(house(), ['client', 'delete', 'orders'])).code).toBe(1);
    });
  });
});

describe('with a path in PUBLIC_URL', () => {
  it('the metadata is where RFC 8414 §3.1 has it, and where it was', async () => {
    const house = await openHouse('sqlite', { PUBLIC_URL: 'https://example.com/auth/v2' });
    const issuer = new URL('https://example.com/auth/v2');
    const response = await oauth.discoveryRequest(issuer, {
      algorithm: 'oauth2',
      [oauth.customFetch]: (url: string) => fetch(house.url + new URL(url).pathname),
    });
    expect(await oauth.processDiscoveryResponse(issuer, response)).toMatchObject({
      jwks_uri: 'https://example.com/auth/v2/.well-known/jwks.json',
    });
    const at = async (path: string) => (await fetch(`${house.url}/.well-known/oauth-authorization-server${path}`)).status;
    for (const [path, status] of [
      ['', 200],
      ['/auth/v2', 200],
      ['/auth', 404],
      ['/auth/v3', 404],
    ] as const)
      expect([path, await at(path)]).toEqual([path, status]);
    await house.close();
  });
});
