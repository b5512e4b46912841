// Q1 to Q10 of the design: people behind forward-auth, by the requests that proxies send; Q1 and Q5 with nginx and Caddy and a browser.
import { readFileSync } from 'node:fs';
import * as otpauth from 'otpauth';
import type { Browser, BrowserContext } from 'playwright-core';
import { chromiumPath, openBrowser } from '../support/browser';
import { newPerson, type Person, postGraphQL, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { freePort } from '../support/postgresql';
import {
  caddy,
  describeBehind,
  nginx,
  openCaddy,
  openNginx,
  openServiceBehind,
  type RunningProxy,
  type ServiceBehind,
} from '../support/proxies';
import { createVisitor, enter, type Visitor } from '../support/visitor';
import { send } from '../support/wire';

const nav = '__Secure-gatehouse_nav';

describe('people behind forward-auth', () => {
  let house: House;
  let person: Person;
  let kate: Visitor;
  beforeAll(async () => {
    house = await openHouse('sqlite', {
      PUBLIC_URL: 'https://auth.example.com',
      AUTH_COOKIE_DOMAIN: 'example.com',
      AUTH_RETURN_ORIGINS: 'https://wiki.example.org',
    });
    person = await newPerson(house);
  });
  beforeEach(async () => {
    kate = await enter(house, person);
  });
  afterAll(() => house.close());

  interface Asked {
    readonly query?: string;
    readonly host?: string;
    readonly headers?: readonly (readonly [string, string])[];
    readonly method?: string;
    readonly visitor?: Visitor | null;
    readonly as?: 'traefik' | 'nginx' | 'envoy';
  }
  const page = ['Accept', 'text/html,application/xhtml+xml'] as const;
  /** As the proxy asks about `/orders?page=2` of a host. */
  const verify = ({
    query = '',
    host = 'docs.example.com',
    headers = [page],
    method = 'GET',
    visitor = kate,
    as = 'traefik',
  }: Asked = {}) => {
    const cookie = visitor === null ? [] : [['Cookie', `other=1; ${nav}=${visitor.cookies.get(nav)}`] as const];
    const told = {
      traefik: [
        ['X-Forwarded-Method', method],
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', host],
        ['X-Forwarded-Uri', '/orders?page=2'],
      ],
      nginx: [
        ['X-Original-Method', method],
        ['X-Original-URL', `https://${host}/orders?page=2`],
      ],
      envoy: [['X-Forwarded-Host', host]],
    } as const;
    const path =
      as === 'envoy' ? `/v1/verify?${query === '' ? '' : `${query}&`}uri=/orders?page=2` : `/v1/verify${query === '' ? '' : `?${query}`}`;
    return send(house, { method: as === 'envoy' ? method : 'GET', path, headers: [...cookie, ...headers, ...told[as]] });
  };
  const toLogin = `https://auth.example.com/account/login?return_to=${encodeURIComponent('https://docs.example.com/orders?page=2')}`;

  it('lets through whoever has logged in on the pages, with their identity, on every host of the domain', async () => {
    for (const host of ['docs.example.com', 'grafana.internal.example.com', 'example.com'])
      for (const as of ['traefik', 'nginx', 'envoy'] as const) {
        const { status, headers, raw } = await verify({ host, as });
        expect([status, headers.get('x-auth-user-id'), headers.get('x-auth-username')]).toEqual([200, person.id, person.username]);
        expect(raw).not.toContain(kate.cookies.get(nav));
      }
  });

  it('Q1: leads whoever has not to the log-in, and back', async () => {
    for (const as of ['traefik', 'envoy'] as const) {
      const { status, headers } = await verify({ visitor: null, as });
      expect([status, headers.get('location')]).toEqual([302, toLogin]);
    }
    const told = await verify({ visitor: null, as: 'nginx' });
    expect([told.status, told.headers.get('x-auth-sign-in')]).toEqual([401, toLogin]);
    const wanted = new URL(toLogin);
    const entered = await createVisitor(house).post('/account/login', {
      do: 'login',
      username: person.username,
      password: person.password,
      return_to: wanted.searchParams.get('return_to') ?? '',
    });
    const back = new URL(entered.location ?? '', wanted);
    expect(back.searchParams.get('return_to')).toBe('https://docs.example.com/orders?page=2');
    expect(entered.headers.getSetCookie().find((line) => line.startsWith(`${nav}=`))).toMatch(
      /; Domain=example\.com; .*HttpOnly; Secure; SameSite=Lax/,
    );
    await kate.submit('/account/logout', { do: 'logout' });
  });

  it('Q1: asks again after a log-out, on every host', async () => {
    const kept = createVisitor(house);
    kept.cookies.set(nav, kate.cookies.get(nav) ?? '');
    await kate.post('/account/logout', { do: 'logout' });
    expect(kate.cookies.has(nav)).toBe(false);
    for (const host of ['docs.example.com', 'wiki.example.com']) {
      expect((await verify({ visitor: kept, host })).status).toBe(302);
      expect((await verify({ visitor: kept, host, headers: [['Accept', '*/*']] })).status).toBe(401);
    }
  });

  it('Q2: gives programs their 401, and never a redirect', async () => {
    for (const headers of [
      [],
      [['Accept', '*/*']],
      [['Accept', 'application/json']],
      [page, ['X-Requested-With', 'XMLHttpRequest']],
    ] as const)
      for (const as of ['traefik', 'envoy', 'nginx'] as const) {
        const answer = await verify({ visitor: null, headers, as });
        expect([answer.status, answer.headers.has('location'), answer.headers.has('x-auth-sign-in')]).toEqual([401, false, false]);
      }
    expect((await verify({ visitor: null, method: 'POST', headers: [page, ['Origin', 'https://docs.example.com']] })).status).toBe(401);
  });

  it('Q3: does not lead back to a foreign place', async () => {
    for (const host of ['evil.example', 'docs.example.com.evil.example', 'example.com.evil.example', 'notexample.com'])
      expect((await verify({ visitor: null, host })).headers.get('location')).toBe('https://auth.example.com/account/login');
    expect((await verify({ visitor: null, host: 'wiki.example.org' })).headers.get('location')).toContain(
      'return_to=https%3A%2F%2Fwiki.example.org',
    );
  });

  it('Q4: is looked at by forward-auth alone', async () => {
    const value = kate.cookies.get(nav) ?? '';
    const cookie = `${nav}=${value}; __Host-gatehouse_page=${value}; __Host-gatehouse_refresh=${value}`;
    const { body } = await postGraphQL(house, '{ me { id } }', {}, undefined, { cookie });
    expect(body.data.me).toBeNull();
    expect((await rest.send(house, 'profile', undefined, undefined, { cookie })).status).toBe(401);
    expect((await rest.send(house, 'refresh', undefined, undefined, { cookie, origin: 'https://auth.example.com' })).status).toBe(401);
    const looked = createVisitor(house);
    looked.cookies.set('__Host-gatehouse_page', value);
    expect((await looked.get('/account')).status).toBe(303);
  });

  it('takes a bearer token first, and a bad one is not rescued by the cookie', async () => {
    const other = await newPerson(house);
    const good = await verify({ headers: [page, ['Authorization', `Bearer ${other.accessToken}`]] });
    expect(good.headers.get('x-auth-user-id')).toBe(other.id);
    expect((await verify({ headers: [['Authorization', 'Bearer nonsense']] })).status).toBe(401);
  });

  it('refuses forged cookies, and two of them', async () => {
    const value = kate.cookies.get(nav) ?? '';
    const flipped = `${value.slice(0, 30)}${value[30] === 'A' ? 'B' : 'A'}${value.slice(31)}`; // the last one may have bits that say nothing
    for (const cookie of [
      `${nav}=${flipped}`,
      `${nav}=`,
      `${nav}=${value}x`,
      `${nav}=${value}; ${nav}=${value}`,
      `x${nav}=${value}`,
      `${nav}=${kate.cookies.get('__Host-gatehouse_page')}`,
    ]) {
      const { status } = await send(house, { path: '/v1/verify', headers: [['Cookie', cookie]] });
      expect([cookie.slice(0, 30), status]).toEqual([cookie.slice(0, 30), 401]);
    }
  });

  it('Q7: asks for a fresh proof, and for a second factor, and lets through then', async () => {
    const eve = await newPerson(house);
    const visitor = await enter(house, eve);
    house.clock.advance(400);
    const asked = await verify({ visitor, query: 'fresh=300' });
    expect([
      asked.status,
      asked.headers.get('location')?.startsWith('https://auth.example.com/account/confirm?return_to=https%3A%2F%2Fdocs'),
    ]).toEqual([302, true]);
    const program = await verify({ visitor, query: 'fresh=300', headers: [] });
    expect([program.status, program.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="insufficient_user_authentication", max_age=300',
    ]);
    const { pathname, search, searchParams } = new URL(asked.headers.get('location') ?? '');
    expect((await visitor.get(pathname + search)).status).toBe(200);
    const shown = await visitor.post('/account/confirm', {
      do: 'PASSWORD',
      password: eve.password,
      return_to: searchParams.get('return_to') ?? '',
    });
    expect([shown.status, shown.location]).toEqual([303, 'https://docs.example.com/orders?page=2']);
    expect((await verify({ visitor, query: 'fresh=300' })).status).toBe(200);

    const factor = await verify({ visitor, query: 'mfa=1' });
    expect(factor.headers.get('location')).toContain('/account/confirm?need=mfa&return_to=');
    expect((await verify({ visitor, query: 'mfa=1', headers: [] })).headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_user_authentication", acr_values="mfa"',
    );
    expect((await visitor.get('/account/confirm?need=mfa')).title).toContain('A second factor is needed');
    const uri = /href="(otpauth:[^"]+)"/.exec((await visitor.submit('/account/totp', { do: 'start' })).text)?.[1] ?? '';
    const app = otpauth.URI.parse(uri) as otpauth.TOTP;
    const code = () => app.generate({ timestamp: house.clock.now() });
    await visitor.submit('/account/totp', { do: 'confirm', code: code() });
    house.clock.advance(31);
    expect((await verify({ visitor, query: 'mfa=1' })).status).toBe(302);
    await visitor.post('/account/confirm', { do: 'TOTP', code: code() });
    expect((await verify({ visitor, query: 'mfa=1' })).status).toBe(200);
    house.clock.advance(31);
    const anew = createVisitor(house);
    await anew.submit('/account/login', { do: 'login', username: eve.username, password: eve.password });
    await anew.post('/account/login/second-factor', { do: 'totp', code: code() });
    expect((await verify({ visitor: anew, query: 'mfa=1' })).status).toBe(200);
  });

  it('refuses a word of the configuration that it does not know', async () => {
    for (const query of ['fresh=soon', 'fresh=0', 'fresh=90000', 'freshness=300', 'fresh=-1'])
      expect([query, (await verify({ query })).status]).toEqual([query, 403]);
  });

  it('Q8: refuses what a foreign page sends with the cookie', async () => {
    const post = (origin?: string) => verify({ method: 'POST', headers: origin === undefined ? [] : [['Origin', origin]] });
    for (const origin of [undefined, 'null', 'https://evil.example', 'http://docs.example.com', 'https://example.com.evil.example'])
      expect([origin, (await post(origin)).status]).toEqual([origin, 403]);
    for (const origin of ['https://docs.example.com', 'https://wiki.example.org', 'https://auth.example.com'])
      expect([origin, (await post(origin)).status]).toEqual([origin, 200]);
    expect(
      (
        await verify({
          headers: [
            ['Origin', 'https://evil.example'],
            ['Upgrade', 'websocket'],
          ],
        })
      ).status,
    ).toBe(403);
  });

  it('Q9: a log-in that cannot help ends in a page that says so', async () => {
    const denied = await verify({ query: 'role=ADMIN' });
    expect([denied.status, denied.headers.get('content-type'), denied.headers.get('location')]).toEqual([
      403,
      'text/html; charset=utf-8',
      undefined,
    ]);
    expect(denied.body).toContain(person.username);
    expect(denied.headers.get('content-security-policy')).toContain("default-src 'none'; style-src https://auth.example.com");
    expect((await verify({ query: 'role=ADMIN', headers: [] })).headers.get('content-type')).toBe(
      'application/problem+json; charset=utf-8',
    );
    expect((await verify({ query: 'role=ADMIN', as: 'nginx' })).status).toBe(403);
  });

  it('Q10: says it where the cookie is not kept, and does not go round', async () => {
    const blocked = createVisitor(house);
    const seen = await blocked.post('/account/login', {
      do: 'login',
      username: person.username,
      password: person.password,
      return_to: 'https://docs.example.com/',
    });
    blocked.cookies.clear();
    const told = await blocked.get(seen.location ?? '');
    expect([told.status, told.location, told.text.includes('has not kept the cookie')]).toEqual([200, null, true]);
    const again = await verify({ visitor: blocked });
    const asked = new URL(again.headers.get('location') ?? '');
    const form = await blocked.get(asked.pathname + asked.search);
    expect([asked.href, form.status, form.location]).toEqual([toLogin, 200, null]);
  });

  it('stops at once when the account is disabled', async () => {
    expect((await verify()).status).toBe(200);
    await house.app.services.users.disable(person.id);
    expect((await verify({ headers: [] })).status).toBe(401);
    await house.app.services.users.enable(person.id);
  });
});

describe('Q6: two gateways and one session', () => {
  it('is over on both as soon as it is ended on one', async () => {
    const first = await openHouse('postgresql');
    const second = await openHouse('postgresql', {}, first);
    const kate = await enter(first, await newPerson(first));
    const ask = () => send(second, { path: '/v1/verify', headers: [['Cookie', `${nav}=${kate.cookies.get(nav)}`]] });
    expect((await ask()).status).toBe(200);
    await kate.post('/account/logout', { do: 'logout' });
    expect((await ask()).status).toBe(401);
    await second.close();
    await first.close();
  });
});

const proxies = [
  {
    program: nginx,
    file: 'examples/nginx/gatehouse.conf',
    open: (example: string) => openNginx((_folder, port) => example.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`)),
  },
  {
    program: caddy,
    file: 'examples/caddy/Caddyfile',
    open: (example: string) => openCaddy((port) => example.replace(':8080 {', `http://:${port} {\n\tbind 127.0.0.1`)),
  },
];

for (const { program, file, open } of chromiumPath === null ? [] : proxies)
  describeBehind(program, `${file}, for people`, () => {
    let house: House;
    let behind: ServiceBehind;
    let proxy: RunningProxy;
    let browser: Browser;
    let person: Person;
    beforeAll(async () => {
      const port = String(await freePort());
      house = await openHouse('sqlite', {
        PORT: port,
        PUBLIC_URL: `http://auth.gate.localhost:${port}`,
        AUTH_COOKIE_DOMAIN: 'gate.localhost',
      });
      behind = await openServiceBehind();
      proxy = await open(
        readFileSync(file, 'utf8')
          .replaceAll('127.0.0.1:4000', `127.0.0.1:${port}`)
          .replaceAll('127.0.0.1:3000', `127.0.0.1:${behind.port}`),
      );
      person = await newPerson(house);
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser.close();
      await proxy.close();
      await behind.close();
      await house.close();
    });
    const at = (host: string) => `http://${host}.gate.localhost:${new URL(proxy.url).port}/reports?year=2026`;
    const context = (): Promise<BrowserContext> => browser.newContext({ javaScriptEnabled: false });

    it('Q1, Q5: click, log in, be there; log out, and the next click asks again; the service sees no cookie of ours', async () => {
      const tab = await (await context()).newPage();
      await tab.goto(at('docs'));
      expect(new URL(tab.url()).pathname).toBe('/account/login');
      await tab.fill('#username', person.username);
      await tab.fill('#password', person.password);
      await tab.click('button.main');
      expect([tab.url(), await tab.textContent('body')]).toEqual([at('docs'), 'from the service']);
      expect(behind.seen[0]?.headers).toMatchObject({ 'x-auth-user-id': person.id });
      await tab.context().addCookies([{ name: 'theirs', value: '1', url: at('docs') }]);
      await tab.goto(at('grafana'));
      await tab.goto(at('docs'));
      const pages = behind.seen.filter(({ headers }) => headers.accept?.includes('text/html')); // no icon that a browser looks for
      expect(pages.at(-1)?.headers.cookie).toBe('theirs=1');
      await tab.goto(`${house.app.publicUrl}/account/logout`);
      await tab.click('button.main');
      await tab.goto(at('grafana'));
      expect(new URL(tab.url()).pathname).toBe('/account/login');
    });
  });
