/**
 * Passkeys on the pages, by what a browser sends: I2, I4, I12 and I13 of the design through the third door, K3, K4, K7 and K14 with them. What a
 * browser itself does is in passkeys-browser.test.ts.
 */
import { owner, provedPerson, withPasskeys } from '../passkeys/people';
import { onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { Authenticator } from '../support/passkey-authenticator';
import { setUser } from '../support/set-user';
import { createVisitor, enter, type Visitor } from '../support/visitor';

const mailbox = createMailbox();

/** What the script of a page is answered with. */
const optionsAt = async (visitor: Visitor, path: string, fields: Readonly<Record<string, string>> = {}) => {
  const seen = await visitor.post(`/account${path}`, { ...fields, do: 'options' });
  expect([path, seen.status, seen.headers.get('content-type'), seen.headers.get('cache-control')]).toEqual([
    path,
    200,
    'application/json; charset=utf-8',
    'no-store',
  ]);
  return JSON.parse(seen.text);
};

const waitingIn = ({ text }: { readonly text: string }): string => /name="for" value="([^"]+)"/.exec(text)?.[1] ?? '';

onBothDatabases(
  'passkeys on the pages',
  (house) => {
    const visitor = () => createVisitor(house());
    const client = () => house().app.services.database.client;
    const written = async () => {
      const { session, spent, user, mailToken, auditEvent } = client();
      return Promise.all([session.count(), spent.count(), user.count(), mailToken.count(), auditEvent.count()]);
    };
    const given = (passkey: object) => ({ passkey: JSON.stringify(passkey) });

    it('I2: logs in without a name, and leads to where it was asked from', async () => {
      const kate = await owner(house());
      const browser = visitor();
      const page = await browser.get('/account/login?return_to=/account/email');
      expect(page.text).toContain('autocomplete="username webauthn"');
      const options = await optionsAt(browser, '/login');
      expect([options.rpId, options.allowCredentials, options.userVerification]).toEqual(['gatehouse.test', [], 'required']);
      const form = { do: 'passkey', return_to: '/account/email', ...given(kate.passkey.get(options)) };
      const seen = await browser.submit('/account/login', form);
      expect(seen.title).toBe('E-mail address · gatehouse.test');
      const [begun] = await client().session.findMany({ where: { userId: kate.id }, orderBy: { createdAt: 'desc' } });
      expect([begun?.kind, begun?.methods]).toEqual(['page', 'hwk user']);

      const replay = await visitor().post('/account/login', form);
      expect([replay.status, replay.code, replay.location]).toEqual([401, 'INVALID_CREDENTIALS', null]);
    });

    it('leads whoever has logged in on another tab on, and gives them no options to log in with', async () => {
      const browser = await enter(house(), await provedPerson(house()));
      const asked = await browser.post('/account/login', { do: 'options' });
      expect([asked.status, asked.location]).toEqual([303, '/account/login']);
      const form = { do: 'passkey', passkey: '', return_to: '/account/email' }; // as the script sends it then
      expect((await browser.submit('/account/login', form)).title).toBe('E-mail address · gatehouse.test');
    });

    it('K3, K4: neither options nor an answer count from a page of somebody else', async () => {
      const kate = await owner(house());
      const form = { do: 'passkey', ...given(kate.passkey.get(await optionsAt(visitor(), '/login'))) };
      const before = await client().session.count({ where: { userId: kate.id } });
      for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
        const foreign = visitor();
        expect((await foreign.post('/account/login', { do: 'options' }, headers)).status).toBe(403);
        expect((await foreign.post('/account/login', form, headers)).status).toBe(403);
        expect(foreign.cookies.size).toBe(0);
      }
      expect(await client().session.count({ where: { userId: kate.id } })).toBe(before);
      expect((await visitor().post('/account/login', form)).status).toBe(303); // the same answer, from our own page
    });

    it('K7: leads to nowhere else, and a challenge of another purpose or person opens nothing', async () => {
      const [kate, paul] = [await owner(house()), await owner(house())];
      const browser = visitor();
      const evil = { do: 'passkey', return_to: 'https://evil.example/', ...given(kate.passkey.get(await optionsAt(browser, '/login'))) };
      expect((await browser.post('/account/login', evil)).location).toBe('/account/login?tried=1');

      const proof = await optionsAt(browser, '/confirm');
      expect(proof.allowCredentials).toHaveLength(1);
      const sent = [
        ['/login', 'passkey', kate.passkey.get(proof)],
        ['/confirm', 'PASSKEY', kate.passkey.get(await optionsAt(visitor(), '/login'))],
        ['/confirm', 'PASSKEY', paul.passkey.get(proof)],
        ['/login', 'passkey', new Authenticator().get(await optionsAt(visitor(), '/login'))],
      ] as const;
      for (const [path, action, answer] of sent) {
        const seen = await browser.post(`/account${path}`, { do: action, ...given(answer) });
        expect([path, seen.status, seen.code, seen.title.startsWith('Error: ')]).toEqual([path, 401, 'INVALID_CREDENTIALS', true]);
        expect(seen.text).not.toContain(answer.id);
      }
    });

    it('says what is wrong with what is no answer at all', async () => {
      for (const passkey of ['', 'null', '[]', '{}', '{"id":{}}', '<script>', `"${'x'.repeat(20_000)}"`]) {
        const seen = await visitor().post('/account/login', { do: 'passkey', passkey });
        expect([passkey.slice(0, 9), seen.status, seen.code]).toEqual([passkey.slice(0, 9), 400, 'BAD_USER_INPUT']);
        expect(seen.text).not.toContain('<script>');
      }
      const none = await visitor().post('/account/login/second-factor', { do: 'options' });
      expect([none.status, none.location]).toEqual([303, '/account/login']); // no log-in is under way
    });

    it('I13: takes it after a password, and shows the other ways on', async () => {
      const kate = await owner(house());
      const browser = visitor();
      const asked = await browser.submit('/account/login', { do: 'login', username: kate.username, password: kate.password });
      expect([asked.title, asked.text.includes('data-use="get"'), asked.text.includes('by=recovery')]).toEqual([
        'One more step · gatehouse.test',
        true,
        true,
      ]);
      const wrong = new Authenticator().get(await optionsAt(browser, '/login/second-factor'));
      const refused = await browser.post('/account/login/second-factor', { do: 'passkey', ...given(wrong) });
      expect([refused.status, refused.code, refused.text.includes('data-use="get"')]).toEqual([401, 'INVALID_CREDENTIALS', true]);
      const right = kate.passkey.get(await optionsAt(browser, '/login/second-factor'));
      const seen = await browser.submit('/account/login/second-factor', { do: 'passkey', ...given(right) });
      expect(seen.title).toBe('Your account · gatehouse.test');

      const byCode = visitor();
      await byCode.submit('/account/login', { do: 'login', username: kate.username, password: kate.password });
      const recovery = await byCode.get('/account/login/second-factor?by=recovery');
      expect([recovery.text.includes('value="recovery"'), recovery.text.includes('<script')]).toEqual([true, false]);
      const code = kate.recoveryCodes[0] ?? '';
      expect((await byCode.submit('/account/login/second-factor', { do: 'recovery', code })).title).toBe('Your account · gatehouse.test');
    });

    it('I13: takes it as a fresh proof, and then does what waited, in the same session', async () => {
      const person = await provedPerson(house());
      const browser = await enter(house(), person);
      const kate = await owner(house(), undefined, person);
      house().clock.advance(601);
      const asked = await browser.submit('/account/recovery-codes', { do: 'renew' });
      const wanted = waitingIn(asked);
      expect([asked.title, asked.text.includes('data-use="get"'), wanted.length]).toEqual(['Is it still you? · gatehouse.test', true, 22]);
      const sessions = await client().session.count({ where: { userId: kate.id } });
      const proof = kate.passkey.get(await optionsAt(browser, '/confirm'));
      const done = await browser.submit('/account/confirm', { do: 'PASSKEY', for: wanted, ...given(proof) });
      expect(done.text.match(/<li>[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}<\/li>/g)).toHaveLength(10);
      expect(await client().session.count({ where: { userId: kate.id } })).toBe(sessions);
    });

    it('leads whoever has to have a second factor through adding one, before there is a session', async () => {
      const kate = await provedPerson(house());
      await setUser(house(), kate.id, { roles: 'OPS' });
      const browser = visitor();
      const path = '/login/add-second-factor';
      const first = await browser.submit('/account/login', { do: 'login', username: kate.username, password: kate.password });
      expect([first.title, first.text.includes('data-use="create"'), first.text.includes('value="start"')]).toEqual([
        'A second factor is needed · gatehouse.test',
        true,
        true,
      ]);
      const none = await browser.post(`/account${path}`, { do: 'passkey', passkey: '' });
      expect([none.status, none.code, none.text.includes('data-use="create"')]).toEqual([400, 'BAD_USER_INPUT', true]);
      const passkey = new Authenticator();
      const codes = await browser.submit(`/account${path}`, { do: 'passkey', ...given(passkey.create(await optionsAt(browser, path))) });
      expect(codes.text.match(/<li>[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}<\/li>/g)).toHaveLength(10);
      const next = await browser.submit(`/account${path}`, { do: 'kept' });
      expect([next.title, next.text.includes('Your passkey is added'), next.text.includes('data-use="get"')]).toEqual([
        'One more step · gatehouse.test',
        true,
        true,
      ]);
      expect((await browser.get('/account')).status).toBe(303); // nobody is logged in yet
      const proof = given(passkey.get(await optionsAt(browser, '/login/second-factor')));
      const done = await browser.submit('/account/login/second-factor', { do: 'passkey', ...proof });
      expect(done.title).toBe('Your account · gatehouse.test');
    });

    it('I12, K14: nothing is written for whoever looks, and asks for options, a hundred times', async () => {
      const browser = visitor();
      await browser.get('/account/login');
      const before = await written();
      for (let look = 0; look < 100; look += 1) await Promise.all([browser.get('/account/login'), optionsAt(browser, '/login')]);
      expect(await written()).toEqual(before);
    });

    it('has its script on the pages with such a button alone, and says without it what is missing', async () => {
      const kate = await enter(house(), await provedPerson(house()));
      const allowed = { 'script-src': "'self'", 'connect-src': "'self'", 'permissions-policy': 'self' };
      const toldBy = async (browser: Visitor, path: string) => {
        const { headers, text } = await browser.get(`/account${path}`);
        const policy = headers.get('content-security-policy') ?? '';
        const at = (name: string) => new RegExp(`${name} ([^;]+)`).exec(policy)?.[1];
        const permissions = /publickey-credentials-get=\((\w*)\), publickey-credentials-create=\((\w*)\)/.exec(
          headers.get('permissions-policy') ?? '',
        );
        expect([path, permissions?.[1], text.includes('<script')]).toEqual([path, permissions?.[2], permissions?.[1] === 'self']);
        return { 'script-src': at('script-src'), 'connect-src': at('connect-src'), 'permissions-policy': permissions?.[1] };
      };
      expect(await toldBy(visitor(), '/login')).toEqual(allowed);
      for (const [browser, path] of [
        [visitor(), '/register'],
        [kate, ''],
        [kate, '/confirm'],
      ] as const)
        expect([path, await toldBy(browser, path)]).toEqual([
          path,
          { 'script-src': undefined, 'connect-src': undefined, 'permissions-policy': '' },
        ]);
      const { text } = await visitor().get('/account/login');
      expect(text).toMatch(/<form[^>]* id="passkey" hidden/);
      expect(text).toContain('id="passkey-needs">A passkey needs JavaScript');
      expect(text).not.toMatch(/<script(?![^>]* src=)|\son\w+=|style=/);
    });

    it('may be kept by browsers under the name of its content, and under no other: two releases may run side by side', async () => {
      const { text } = await visitor().get('/account/login');
      const [, url = ''] = /<script [^>]*src="([^"]+)"/.exec(text) ?? [];
      const own = await visitor().get(url);
      expect([own.status, own.headers.get('content-type'), own.headers.get('cache-control')]).toEqual([
        200,
        'text/javascript; charset=utf-8',
        'public, max-age=31536000, immutable',
      ]);
      for (const other of [url.replace(/v=.*/, 'v=another'), url.replace(/\?.*/, ''), `${url}&v=2`])
        expect([other, (await visitor().get(other)).headers.get('cache-control')]).toEqual([other, 'no-store']);
    });
  },
  { ...mailbox.environment, ...withPasskeys, AUTH_SECOND_FACTOR_ROLES: 'OPS' },
);
