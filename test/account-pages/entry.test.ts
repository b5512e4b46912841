// K3, K4, K6 to K9, K13 to K15 of the design: coming in and going out by the hosted pages.
import { accountPages } from '../../src/account-pages/pages';
import { rowOf, snapshot } from '../support/codes';
import { newPerson, postGraphQL, rest, uniqueName } from '../support/doors';
import { onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { createVisitor, enter, publicOf } from '../support/visitor';

const mailbox = createMailbox();
const password = 'a quiet garden gate';
const pageCookie = '__Host-gatehouse_page';

onBothDatabases(
  'the pages of entry',
  (house) => {
    const visitor = () => createVisitor(house());
    const sessionsOf = (username: string) =>
      house().app.services.database.client.session.findMany({ where: { user: { username } }, orderBy: { createdAt: 'asc' } });

    it('registers, and the session is one of pages', async () => {
      const kate = visitor();
      const username = uniqueName();
      const seen = await kate.submit('/account/register', { do: 'register', username, email: `${username}@example.com`, password });
      expect([seen.status, seen.title, seen.text.includes(username)]).toEqual([200, 'Your account · gatehouse.test', true]);
      expect((await sessionsOf(username)).map(({ kind, methods, revokedAt }) => [kind, methods, revokedAt])).toEqual([
        ['page', 'pwd', null],
      ]);
      expect([...kate.cookies.keys()].sort()).toEqual(['__Host-gatehouse_device', '__Host-gatehouse_page', '__Secure-gatehouse_nav']);
    });

    it('leads whoever is not logged in to the log-in, and back', async () => {
      const person = await newPerson(house());
      const kate = visitor();
      const asked = await kate.get('/account/security');
      expect([asked.status, asked.location]).toEqual([303, '/account/login?return_to=%2Faccount%2Fsecurity']);
      const page = await kate.get(asked.location ?? '');
      const back = /name="return_to" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const seen = await kate.submit('/account/login', { do: 'login', username: person.username, password, return_to: back });
      expect(seen.title).toBe('Security · gatehouse.test');
    });

    it('opens no page of an account to whoever is not logged in', async () => {
      for (const { path, access, press } of accountPages.filter(({ access: whose }) => whose === 'session')) {
        const looked = await visitor().get(`/account${path}`);
        expect([path, access, looked.status, looked.location?.startsWith('/account/login?return_to=')]).toEqual([
          path,
          'session',
          303,
          true,
        ]);
        for (const action of Object.keys(press ?? {})) {
          const sent = await visitor().post(`/account${path}`, { do: action });
          expect([path, action, sent.status, sent.location?.startsWith('/account/login?')]).toEqual([path, action, 303, true]);
        }
      }
    });

    it('sets cookies that no script and no other host sees', async () => {
      const person = await newPerson(house());
      const { headers } = await visitor().post('/account/login', { do: 'login', username: person.username, password });
      const lines = headers.getSetCookie();
      for (const name of [pageCookie, '__Secure-gatehouse_nav']) {
        const line = lines.find((each) => each.startsWith(`${name}=`)) ?? '';
        for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) expect(line.split('; ')).toContain(attribute);
        expect(line).not.toMatch(/domain=/i);
      }
    });

    it('goes on to where it wanted to be after a lost password, too', async () => {
      const person = await newPerson(house());
      const kate = visitor();
      const wanted = { return_to: '/account/security' };
      const login = await kate.get('/account/login?return_to=%2Faccount%2Fsecurity');
      expect(login.text).toContain('/account/forgot-password?return_to=');
      await kate.submit('/account/forgot-password', { do: 'ask', email: person.email, ...wanted });
      const { code } = await mailbox.next(person.email, 'reset-code');
      const form = { do: 'reset', code: code ?? '', new_password: 'correct horse battery staple', ...wanted };
      const done = await kate.post('/account/reset-password', form);
      const back = new URLSearchParams(done.location?.split('?')[1]);
      expect([back.get('done'), new URL(back.get('return_to') ?? '').pathname]).toEqual(['password', '/account/security']);
    });

    it('E6: logs in by the link of a mail in the browser that asked for it, and goes on to where it wanted to be', async () => {
      const person = await newPerson(house());
      const [kate, elsewhere] = [visitor(), visitor()];
      await kate.submit('/account/login/code', { do: 'ask', email: person.email, return_to: '/account/security' });
      const { link, code } = await mailbox.next(person.email, 'login-code');
      const path = new URL(link ?? '').pathname;
      await elsewhere.submit('/account/login/code', { do: 'ask', email: 'nobody@example.com' });
      const shown = await elsewhere.get(path);
      expect([shown.text.includes('<form'), shown.text.includes(`${code?.slice(0, 4)} ${code?.slice(4)}`)]).toEqual([false, true]);
      const before = await snapshot(house());
      const page = await kate.get(path);
      expect(await snapshot(house())).toBe(before);
      expect([page.title, page.text.includes(person.username)]).toEqual(['Log in · gatehouse.test', true]);
      const [, action = ''] = /<form method="post" action="([^"]+)">/.exec(page.text) ?? [];
      const fields = Object.fromEntries([...page.text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]));
      const seen = await kate.submit(action, fields);
      expect([seen.status, seen.title]).toEqual([200, 'Security · gatehouse.test']);
      expect((await sessionsOf(person.username)).map(({ methods }) => methods)).toEqual(['pwd', 'mail']);
      expect((await kate.get(path)).status).toBe(410);
    });

    it('K9: keeps the name of a wrong log-in and not its password, and says "Error" first', async () => {
      const person = await newPerson(house());
      const seen = await visitor().post('/account/login', { do: 'login', username: person.username, password: 'wrong-password-here' });
      expect([seen.status, seen.code, seen.title]).toEqual([401, 'INVALID_CREDENTIALS', 'Error: Log in · gatehouse.test']);
      expect([seen.text.includes(`value="${person.username}"`), seen.text.includes('wrong-password-here')]).toEqual([true, false]);
      expect(seen.headers.getSetCookie()).toEqual([]);
    });

    it('K3: refuses a form that is not of our own page, and changes nothing', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      await mailbox.settled(house());
      const before = await snapshot(house());
      const { origin } = publicOf(house());
      const strange: Record<string, string>[] = [
        { origin: 'null' },
        { origin: 'https://evil.example' },
        { origin: `${origin}.evil.example` },
        { origin: 'http://localhost:3000' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ];
      for (const headers of strange)
        for (const [path, form] of [
          ['/account/logout', { do: 'logout' }],
          ['/account/login', { do: 'login', username: person.username, password }],
          ['/account/profile', { do: 'save', username: 'stolen' }],
        ] as const) {
          const seen = await kate.post(path, form, headers);
          expect([seen.status, seen.code, seen.headers.getSetCookie()]).toEqual([403, 'FORBIDDEN', []]);
        }
      const without = await fetch(`${house().url}/account/logout`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: `${pageCookie}=${kate.cookies.get(pageCookie)}`,
          'x-forwarded-host': 'gatehouse.test',
        },
        body: 'do=logout',
      });
      expect(without.status).toBe(403);
      expect(await snapshot(house())).toBe(before);
    });

    it('K6: shows what somebody typed as text', async () => {
      const script = '<script>alert(1)</script>"\'&';
      const seen = await visitor().post('/account/login', { do: 'login', username: script, password: 'x', return_to: `/${script}` });
      expect(seen.status).toBe(401);
      const person = await newPerson(house());
      const kate = await enter(house(), person, { 'user-agent': `Mozilla/5.0 ${script}` });
      await kate.submit('/account/profile', { do: 'save', username: person.username, name: script });
      for (const path of [
        '/account',
        '/account/profile',
        '/account/security',
        '/account/events',
        `/account/login?return_to=${encodeURIComponent(`/${script}`)}`,
      ]) {
        const response = await fetch(house().url + path, {
          redirect: 'manual',
          headers: { cookie: `${pageCookie}=${kate.cookies.get(pageCookie)}`, 'x-forwarded-host': 'gatehouse.test' },
        });
        expect((await response.text()).toLowerCase()).not.toContain('<script');
      }
      expect((await kate.get('/account')).text).toContain(script); // the visitor undoes the escaping: it is there, as text
    });

    it('K7: leads back to allowed places alone', async () => {
      const person = await newPerson(house());
      const back = async (wish: string) => {
        const kate = visitor();
        const seen = await kate.post('/account/login', { do: 'login', username: person.username, password, return_to: wish });
        return (await kate.get(seen.location ?? '')).location;
      };
      const elsewhere = [
        '//evil.example',
        '/\\evil.example',
        '\\/evil.example',
        'https://evil.example/x',
        'javascript:alert(1)',
        'data:text/html,x',
      ];
      const hidden = [
        '/\t/evil.example',
        '\nhttps://evil.example',
        'https://app.example.com@evil.example/',
        'https://app.example.com.evil.example/',
        'http://app.example.com/',
      ];
      for (const wish of [...elsewhere, ...hidden]) expect([wish, await back(wish)]).toEqual([wish, '/account']);
      expect(await back('/account/events')).toBe('http://gatehouse.test/account/events');
      expect(await back('https://app.example.com/orders?page=2')).toBe('https://app.example.com/orders?page=2');
    });

    it('K8: what the browser keeps opens pages and nothing else', async () => {
      const person = await newPerson(house());
      const { cookies } = await enter(house(), person);
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      for (const value of cookies.values()) {
        expect((await rest.send(house(), 'profile', undefined, value)).status).toBe(401);
        expect((await rest.send(house(), 'refresh', { refreshToken: value })).status).toBe(401);
      }
      expect((await rest.send(house(), 'profile', undefined, undefined, { cookie })).status).toBe(401);
      const { body } = await postGraphQL(house(), '{ me { id } }', {}, undefined, { cookie });
      expect(body.data.me).toBeNull();
      const swapped = createVisitor(house());
      swapped.cookies.set(pageCookie, cookies.get('__Secure-gatehouse_nav') ?? '');
      expect((await swapped.get('/account')).status).toBe(303);
    });

    it('K13: leads another name of this place to PUBLIC_URL, without a cookie', async () => {
      for (const path of ['/account/login?return_to=%2Faccount', '/account']) {
        const seen = await visitor().get(path, { 'x-forwarded-host': 'evil.example' });
        expect([seen.status, seen.location, seen.headers.getSetCookie()]).toEqual([308, `http://gatehouse.test${path}`, []]);
      }
    });

    it('K14: writes nothing for who looks', async () => {
      const before = await snapshot(house());
      const queries = house().queries.length;
      for (let time = 0; time < 50; time += 1) await visitor().get('/account/login');
      expect(house().queries.length).toBe(queries);
      expect(await snapshot(house())).toBe(before);
    });

    it('K15: logs out: the session has ended, the cookies are gone, and nothing else of the browser is touched', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      const kept = kate.cookies.get(pageCookie) ?? '';
      expect((await kate.get('/account/logout')).text).toContain('<form method="post"'); // a link does nothing
      const out = await kate.post('/account/logout', { do: 'logout' });
      const names = out.headers.getSetCookie().map((line) => line.split('=')[0]);
      expect([out.status, names.sort()]).toEqual([303, [pageCookie, '__Secure-gatehouse_nav'].sort()]);
      expect(out.headers.get('clear-site-data')).toBeNull();
      expect([...kate.cookies.keys()]).toEqual(['__Host-gatehouse_device']);
      kate.cookies.set(pageCookie, kept);
      const again = await kate.get('/account');
      expect([again.status, again.headers.get('cache-control')]).toEqual([303, 'no-store']);
      expect((await sessionsOf(person.username)).filter(({ kind }) => kind === 'page').every(({ revokedAt }) => revokedAt !== null)).toBe(
        true,
      );
    });

    it('lives as long as it is used, and notes that once in five minutes', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      const used = async () => (await sessionsOf(person.username)).find(({ kind }) => kind === 'page')?.lastUsedAt.getTime() ?? 0;
      const first = await used();
      await kate.get('/account');
      expect(await used()).toBe(first);
      house().clock.advance(301);
      await kate.get('/account');
      expect((await used()) - first).toBeGreaterThan(300_000);
      house().clock.advance(29 * 24 * 3600);
      expect((await kate.get('/account')).status).toBe(200);
      house().clock.advance(29 * 24 * 3600);
      expect((await kate.get('/account')).status).toBe(200);
      house().clock.advance(31 * 24 * 3600);
      expect((await kate.get('/account')).status).toBe(303);
    });

    it('says that the cookie was not kept, and asks again', async () => {
      const person = await newPerson(house());
      const seen = await visitor().post('/account/login', { do: 'login', username: person.username, password });
      const blocked = await visitor().get(seen.location ?? '');
      expect([blocked.status, blocked.text.includes('has not kept the cookie')]).toEqual([200, true]);
    });

    it('does not lead in a circle', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      const path = `/account/login?return_to=${encodeURIComponent('https://app.example.com/')}`;
      expect((await kate.get(path)).location).toBe('https://app.example.com/');
      const again = await kate.get(path);
      expect([again.status, again.location, again.title]).toEqual([403, null, 'You are logged in · gatehouse.test']);
      house().clock.advance(60);
      expect((await kate.get(path)).location).toBe('https://app.example.com/');
    });

    it('names the place that a form leads to in its policy, and no other', async () => {
      const policyOf = async (wish: string) =>
        /form-action [^;]+/.exec(
          (await visitor().get(`/account/login?return_to=${encodeURIComponent(wish)}`)).headers.get('content-security-policy') ?? '',
        )?.[0];
      expect(await policyOf('https://app.example.com/x')).toBe("form-action 'self' https://app.example.com");
      expect(await policyOf('https://evil.example/x')).toBe("form-action 'self'");
      const { headers } = await visitor().get('/account/login');
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy':
          "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'referrer-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-store',
      });
    });

    it('answers a body that is no form, and a form that it does not have', async () => {
      const strange = await visitor().post('/account/login', { do: 'delete' });
      expect([strange.status, strange.code]).toEqual([400, 'BAD_REQUEST']);
      const inherited = await visitor().post('/account/login', { do: 'constructor' });
      expect(inherited.status).toBe(400);
      const json = await visitor().post('/account/login', {}, { 'content-type': 'application/json' });
      expect([json.status, json.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8']);
      const twice = await fetch(`${house().url}/account/login`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: 'http://gatehouse.test',
          'x-forwarded-host': 'gatehouse.test',
        },
        body: 'do=login&username=a&username=b',
      });
      expect(twice.status).toBe(400);
    });

    it('logs the browser out everywhere else too, when the account is disabled', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      expect((await kate.get('/account')).status).toBe(200);
      await house().app.services.users.disable(person.id);
      expect((await kate.get('/account')).status).toBe(303);
      expect((await rowOf(house(), person)).disabledAt).not.toBeNull();
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on', AUTH_RETURN_ORIGINS: 'https://app.example.com' },
);
