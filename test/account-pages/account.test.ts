// K1 and G10 of the design: the account by the hosted pages, without a script.
import * as otpauth from 'otpauth';
import { writeFlow } from '../../src/account-pages/flow';
import { owner, provedPerson, withPasskeys } from '../passkeys/people';
import { rowOf } from '../support/codes';
import { logIn, newPerson, rest, uniqueName } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { createVisitor, enter, type Visitor } from '../support/visitor';

const mailbox = createMailbox();
const password = 'a quiet garden gate';
const better = 'correct horse battery staple';

/** The id of what a question of "is it still you?" is about. */
const waitingIn = ({ text }: { readonly text: string }): string => /name="for" value="([^"]+)"/.exec(text)?.[1] ?? '';

onBothDatabases(
  'the pages of an account',
  (house) => {
    const visitor = (headers: Record<string, string> = {}) => createVisitor(house(), headers);
    const addApp = async (kate: Visitor): Promise<{ readonly code: () => string; readonly recoveryCodes: readonly string[] }> => {
      const page = await kate.submit('/account/totp', { do: 'start' });
      const app = otpauth.URI.parse(/href="(otpauth:[^"]+)"/.exec(page.text)?.[1] ?? '') as otpauth.TOTP;
      const code = () => app.generate({ timestamp: house().clock.now() });
      const shown = await kate.submit('/account/totp', { do: 'confirm', code: code() });
      const recoveryCodes = [...shown.text.matchAll(/<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})<\/li>/g)].map(([, each]) => each ?? '');
      house().clock.advance(31);
      return { code, recoveryCodes };
    };

    it('K1: has the whole life of an account, without a script', async () => {
      const username = uniqueName();
      const email = `${username}@example.com`;
      const kate = visitor();
      await kate.submit('/account/register', { do: 'register', username, email, password });
      const { code } = await mailbox.next(email, 'verify-code');
      const proved = await kate.submit('/account/verify-email', { do: 'enter', code: code ?? '' });
      expect([proved.title, proved.text.includes('Your address is confirmed')]).toEqual(['Your account · gatehouse.test', true]);

      const { code: digits, recoveryCodes } = await addApp(kate);
      expect(recoveryCodes).toHaveLength(10);
      expect((await kate.get('/account/recovery-codes')).text).toContain(recoveryCodes[0]); // still there, until they are kept
      await kate.submit('/account/recovery-codes', { do: 'kept' });
      expect((await kate.get('/account/recovery-codes')).text).not.toContain(recoveryCodes[0]);

      const elsewhere = visitor();
      const asked = await elsewhere.submit('/account/login', { do: 'login', username: email, password });
      expect(asked.title).toBe('One more step · gatehouse.test');
      const wrong = await elsewhere.post('/account/login/second-factor', { do: 'totp', code: '000000' });
      expect([wrong.status, wrong.code]).toEqual([400, 'INVALID_CODE']);
      expect((await elsewhere.submit('/account/login/second-factor', { do: 'totp', code: digits() })).title).toBe(
        'Your account · gatehouse.test',
      );
      const third = visitor();
      await third.submit('/account/login', { do: 'login', username, password });
      await third.submit('/account/login/second-factor', { do: 'recovery', code: recoveryCodes[1] ?? '' });
      expect((await third.get('/account/security')).text).toContain('9 recovery codes left');

      const forgetful = visitor();
      const sent = await forgetful.submit('/account/forgot-password', { do: 'ask', email });
      expect([sent.title, sent.text.includes(email)]).toEqual(['Set a new password · gatehouse.test', true]);
      const reset = await mailbox.next(email, 'reset-code');
      const done = await forgetful.submit('/account/reset-password', { do: 'reset', code: reset.code ?? '', new_password: better });
      expect([done.title, done.text.includes('Your new password is set')]).toEqual(['Log in · gatehouse.test', true]);
      expect((await kate.get('/account')).status).toBe(303);

      house().clock.advance(31);
      await forgetful.submit('/account/login', { do: 'login', username, password: better });
      await forgetful.submit('/account/login/second-factor', { do: 'totp', code: digits() });
      const left = await forgetful.submit('/account/delete', { do: 'delete' });
      expect(left.text).toContain('Your account is going to be deleted');
      house().clock.advance(31);
      const back = visitor();
      expect((await back.submit('/account/login', { do: 'login', username, password: better })).title).toBe(
        'This account is going to be deleted · gatehouse.test',
      );
      const more = await back.submit('/account/login/come-back', { do: 'keep' });
      expect(more.title).toBe('One more step · gatehouse.test');
      expect((await back.submit('/account/login/second-factor', { do: 'totp', code: digits() })).title).toBe(
        'Your account · gatehouse.test',
      );
      expect((await back.submit('/account/logout', { do: 'logout' })).text).toContain('You are logged out');
    });

    it('asks whoever has no app for a passkey, which needs a script, or for a recovery code where there is one', async () => {
      const flow = writeFlow(
        { login: { challenge: 'gatehouse_lc_x', methods: ['PASSKEY', 'RECOVERY_CODE'] } },
        house().app.services.secrets,
      );
      const kate = visitor();
      kate.cookies.set('__Host-gatehouse_flow', flow ?? '');
      const page = await kate.get('/account/login/second-factor');
      const shown = ['name="passkey"', 'A passkey needs JavaScript', 'by=recovery'].map((part) => page.text.includes(part));
      expect([...shown, page.text.includes('authenticator app')]).toEqual([true, true, true, false]);
      const passkeyAlone = writeFlow({ login: { challenge: 'gatehouse_lc_x', methods: ['PASSKEY'] } }, house().app.services.secrets);
      kate.cookies.set('__Host-gatehouse_flow', passkeyAlone ?? '');
      const alone = (await kate.get('/account/login/second-factor')).text;
      expect([alone.includes('name="passkey"'), alone.includes('by=recovery')]).toEqual([true, false]);
    });

    it('G10: asks who is there before it changes an address, and then changes it', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      house().clock.advance(601);
      const newEmail = `${uniqueName()}@example.com`;
      const asked = await kate.submit('/account/email', { do: 'change', new_email: newEmail });
      const wanted = waitingIn(asked);
      expect([asked.title, wanted.length]).toEqual(['Is it still you? · gatehouse.test', 22]);
      const wrong = await kate.post('/account/confirm', { do: 'PASSWORD', password: 'wrong-password', for: wanted });
      expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
      const done = await kate.submit('/account/confirm', { do: 'PASSWORD', password, for: wanted });
      expect([done.title, done.text.includes(newEmail)]).toEqual(['E-mail address · gatehouse.test', true]);
      const { code } = await mailbox.next(newEmail, 'change-code');
      await kate.submit('/account/email', { do: 'confirm', code: code ?? '' });
      expect((await rowOf(house(), person)).email).toBe(newEmail);
    });

    it('D5: takes a new address by the link of the mail, in a browser in which the account is logged in, and in no other', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      const newEmail = `${uniqueName()}@example.com`;
      await kate.submit('/account/email', { do: 'change', new_email: newEmail });
      const { link } = await mailbox.next(newEmail, 'change-code');
      const path = new URL(link ?? '').pathname;
      for (const other of [visitor(), await enter(house(), await newPerson(house()))]) {
        expect((await other.get(path)).text).not.toContain('<form');
        expect((await other.post(path, {})).status).toBe(410);
      }
      expect((await rowOf(house(), person)).email).toBe(person.email);
      expect((await kate.get(path)).text).toContain('Take the new address');
      expect((await kate.post(path, {})).text).toContain('Your address is changed');
      expect((await rowOf(house(), person)).email).toBe(newEmail);
      expect((await kate.post(path, {})).status).toBe(410);
    });

    it('G10: a proof for one thing does nothing else that waits', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      house().clock.advance(601);
      expect((await kate.submit('/account/delete', { do: 'delete' })).title).toContain('Is it still you?');
      const shown = await kate.post('/account/confirm', { do: 'PASSWORD', password });
      expect([shown.status, shown.location]).toEqual([303, '/account']);
      expect((await rowOf(house(), person)).deletesAt).toBeNull();
      house().clock.advance(601);
      const late = waitingIn(await kate.submit('/account/delete', { do: 'delete' }));
      house().clock.advance(601); // what waits does so for ten minutes
      const tooLate = await kate.submit('/account/confirm', { do: 'PASSWORD', password, for: late });
      expect(tooLate.text).toContain('What you asked for had waited too long, so it was not done.');
      expect((await rowOf(house(), person)).deletesAt).toBeNull();
    });

    it('G10: what waits is named, is run by no link that does not know it, and is forgotten by whoever comes for something else', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      house().clock.advance(601);
      const asked = await kate.submit('/account/delete', { do: 'delete' });
      const wanted = waitingIn(asked);
      expect(asked.text).toContain('It deletes your account');
      const foreign = await kate.get('/account/confirm?for=%2Fdelete'); // as a page of somebody else's would lead here
      expect(foreign.text).not.toContain('It deletes your account');
      await kate.post('/account/confirm', { do: 'PASSWORD', password, for: '/delete' });
      await kate.post('/account/confirm', { do: 'PASSWORD', password, for: wanted });
      expect((await rowOf(house(), person)).deletesAt).toBeNull();
    });

    it('G10: what waits is said in words of its own, in both languages, and in general words where it has none', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      house().clock.advance(601);
      const asked = await kate.submit('/account/email', { do: 'change', new_email: `${uniqueName()}@example.com` });
      expect(asked.text).toContain('It changes your e-mail address.');
      const { client } = house().app.services.database;
      const { id: of } = await client.session.findFirstOrThrow({ where: { userId: person.id }, orderBy: { createdAt: 'desc' } });
      const said = async (path: string, action: string, language: string) => {
        const pending = { id: 'x', path, action, fields: {}, at: house().clock.now() };
        kate.cookies.set('__Host-gatehouse_flow', writeFlow({ of, pending }, house().app.services.secrets) ?? '');
        const page = await kate.get('/account/confirm?for=x', { 'accept-language': language });
        return /<strong>(.*?)<\/strong>/.exec(page.text)?.[1];
      };
      expect(await said('/delete', 'delete', 'de')).toBe('Damit löschen Sie Ihr Konto und werden überall abgemeldet.');
      expect(await said('/security', 'unlink', 'en')).toBe('It takes another provider away, which opens your account no more then.');
      expect(await said('/events', 'dispute', 'en')).toContain('something was not you');
      expect(await said('/profile', 'save', 'en')).toBe('It does what you asked for a moment ago.');
      expect(await said('/profile', 'save', 'de')).toBe('Damit geschieht, was Sie gerade eben wollten.');
    });

    it('asks no password of whoever has a passkey alone, and makes them new recovery codes while their session is fresh', async () => {
      const person = await provedPerson(house());
      const kate = await enter(house(), person);
      await owner(house(), undefined, person);
      await house().app.services.database.client.recoveryCode.deleteMany({ where: { userId: person.id } }); // all are used up
      const asked = await kate.get('/account/confirm?need=mfa');
      expect([asked.title, asked.text.includes('name="passkey"'), asked.text.includes('name="password"')]).toEqual([
        'Is it still you? · gatehouse.test',
        true,
        false,
      ]);
      const security = (await kate.get('/account/security')).text;
      expect(
        ['You have a passkey', 'You have 0 recovery codes left', '/account/recovery-codes'].filter((told) => !security.includes(told)),
      ).toEqual([]);
      expect((await kate.get('/account/recovery-codes')).text).toContain('You have 0 recovery codes left');
      const made = await kate.submit('/account/recovery-codes', { do: 'renew' });
      expect(made.text.match(/<li>[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}<\/li>/g)).toHaveLength(10);
      expect((await (await enter(house(), await newPerson(house()))).get('/account/recovery-codes')).location).toBe('/account/security');
    });

    it('nothing of one session waits for the next one in the same browser: no form, no secret, no recovery codes', async () => {
      const [person, next] = [await newPerson(house()), await newPerson(house())];
      const browser = await enter(house(), person);
      await house().app.services.users.verifyEmail(person.id); // no app is added before
      await browser.submit('/account/totp', { do: 'start' });
      expect((await browser.get('/account/totp')).text).toContain('otpauth:');
      house().clock.advance(601);
      const wanted = waitingIn(await browser.submit('/account/delete', { do: 'delete' }));
      await house().app.services.users.revokeSessions(person.id);
      await browser.submit('/account/login', { do: 'login', username: next.username, password });
      expect((await browser.get('/account')).text).toContain(next.username);
      expect((await browser.get('/account/totp')).text).not.toContain('otpauth:');
      await browser.post('/account/confirm', { do: 'PASSWORD', password, for: wanted });
      expect([(await rowOf(house(), person)).deletesAt, (await rowOf(house(), next)).deletesAt]).toEqual([null, null]);
    });

    it('nothing that was begun outlives the session that ends, or comes before one that begins', async () => {
      const [person, next] = [await newPerson(house()), await newPerson(house())];
      const browser = await enter(house(), person);
      await browser.submit('/account/forgot-password', { do: 'ask', email: person.email });
      expect((await browser.get('/account/reset-password')).text).toContain(person.email);
      await browser.submit('/account/delete', { do: 'delete' });
      expect((await browser.get('/account/reset-password')).location).toBe('/account/forgot-password');

      const back = { return_to: '/account/email' };
      await browser.submit('/account/login', { do: 'login', username: next.username, password, ...back });
      await house().app.services.users.revokeSessions(next.id);
      const again = await browser.submit('/account/login', { do: 'login', username: next.username, password, ...back });
      expect([again.status, again.title]).toEqual([200, 'E-mail address · gatehouse.test']);

      const begun = writeFlow(
        { provider: { id: 'acme', flow: 'gatehouse_pf_x', url: 'https://id.example/', isLink: true } },
        house().app.services.secrets,
      );
      browser.cookies.set('__Host-gatehouse_flow', begun ?? '');
      await browser.submit('/account/logout', { do: 'logout' });
      expect(browser.cookies.has('__Host-gatehouse_flow')).toBe(false);
    });

    it('changes the profile, and keeps what was typed where it is wrong', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      const form = { do: 'save', username: person.username, name: 'Kate', bio: 'one\r\ntwo', picture_url: '', locale: 'de' };
      const wrong = await kate.post('/account/profile', { ...form, picture_url: 'nonsense' });
      expect([wrong.status, wrong.code, wrong.text.includes('value="nonsense"'), wrong.text.includes('href="#picture_url"')]).toEqual([
        400,
        'BAD_USER_INPUT',
        true,
        true,
      ]);
      expect((await rowOf(house(), person)).name).toBeNull();
      const saved = await kate.submit('/account/profile', form);
      expect(saved.text).toContain('Ihr Profil ist gespeichert.'); // in the language that was just chosen
      expect(await rowOf(house(), person)).toMatchObject({ name: 'Kate', bio: 'one\ntwo', pictureUrl: null, locale: 'de' });
    });

    it('says what was done on the page before by a word that is known there, and nothing by any other', async () => {
      const kate = await enter(house(), await newPerson(house()));
      expect((await kate.get('/account/security?done=ended')).text).toContain('role="status"');
      for (const path of ['', '/security', '/events', '/email', '/profile'])
        for (const word of ['constructor', '__proto__', '%3Cb%3E', '']) {
          const { status, text } = await kate.get(`/account${path}?done=${word}`);
          expect([path, word, status, text.includes('role="status"')]).toEqual([path, word, 200, false]);
        }
    });

    it('changes the password, and ends every other session', async () => {
      const person = await newPerson(house());
      const [kate, phone] = [await enter(house(), person), await enter(house(), person)];
      const weak = await kate.post(
        '/account/password',
        { do: 'change', current_password: password, new_password: 'short' },
        { 'accept-language': 'de' },
      );
      expect([weak.status, weak.title.startsWith('Fehler: '), weak.text.includes('Nehmen Sie mindestens 8 Zeichen.')]).toEqual([
        400,
        true,
        true,
      ]);
      const done = await kate.submit('/account/password', { do: 'change', current_password: password, new_password: better });
      expect(done.text).toContain('Other sessions that have ended: 2.');
      expect([(await kate.get('/account')).status, (await phone.get('/account')).status]).toEqual([200, 303]);
    });

    it('shows where somebody is logged in, ends one, and all others', async () => {
      const person = await newPerson(house());
      const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
      const kate = await enter(house(), person);
      const phone = await enter(house(), person, { 'user-agent': iphone });
      await logIn(house(), person);
      const page = await kate.get('/account/security');
      expect([page.text.includes('Safari on iPhone'), page.text.includes('this browser'), page.text.includes('End all 3 others')]).toEqual([
        true,
        true,
        true,
      ]);
      const item = page.text.slice(page.text.indexOf('Safari on iPhone'));
      const id = /name="id" value="([^"]+)"/.exec(item)?.[1] ?? '';
      await kate.submit('/account/security', { do: 'end', id });
      expect((await phone.get('/account')).status).toBe(303);
      await kate.submit('/account/security', { do: 'endOthers' });
      const { sessions } = (await rest.send(house(), 'sessions', undefined, (await logIn(house(), person)).accessToken)).body;
      expect(sessions).toHaveLength(2);
      const stranger = await enter(house(), await newPerson(house()));
      const missed = await stranger.post('/account/security', { do: 'end', id });
      expect([missed.status, missed.code]).toEqual([404, 'NOT_FOUND']);
    });

    it('shows what happened, and takes "this was not me"', async () => {
      const person = await newPerson(house());
      const [kate, thief] = [await enter(house(), person), await enter(house(), person)];
      const page = await kate.get('/account/events');
      expect([page.text.includes('Log-in'), page.text.includes('You made the account')]).toEqual([true, true]);
      const id = /name="id" value="([^"]+)"/.exec(page.text)?.[1] ?? ''; // the newest log-in: the thief's
      const told = await kate.submit('/account/events', { do: 'dispute', id });
      expect([told.text.includes('your password counts for nothing'), told.text.includes('not me')]).toEqual([true, true]);
      expect((await thief.get('/account')).status).toBe(303);
      const distrusted = await visitor().submit('/account/login', { do: 'login', username: person.username, password });
      expect([distrusted.title, distrusted.text.includes('others may know it')]).toEqual(['Set a new password · gatehouse.test', true]);
    });

    it('gives the account as a file, also after a proof', async () => {
      const person = await newPerson(house());
      const kate = await enter(house(), person);
      house().clock.advance(601);
      const wanted = waitingIn(await kate.submit('/account/export', { do: 'export' }));
      const file = await kate.post('/account/confirm', { do: 'PASSWORD', password, for: wanted });
      expect([file.status, file.headers.get('content-disposition'), JSON.parse(file.text).profile.username]).toEqual([
        200,
        'attachment; filename="account.json"',
        person.username,
      ]);
    });

    it('logs in by a code, where that is on', async () => {
      const person = await newPerson(house());
      const kate = visitor();
      const sent = await kate.submit('/account/login/code', { do: 'ask', email: person.email });
      expect(sent.text).toContain('Enter the code below');
      const { code } = await mailbox.next(person.email, 'login-code');
      const wrong = await kate.post('/account/login/code', { do: 'enter', code: '0000 0000' });
      expect([wrong.status, wrong.code, wrong.text.includes('4 tries left')]).toEqual([400, 'INVALID_CODE', true]);
      expect((await kate.submit('/account/login/code', { do: 'enter', code: code ?? '' })).title).toBe('Your account · gatehouse.test');
      const nobody = await visitor().submit('/account/login/code', { do: 'ask', email: `${uniqueName()}@example.com` });
      expect(nobody.title).toBe(sent.title);
    });
  },
  { ...mailbox.environment, ...withPasskeys, AUTH_EMAIL_LOGIN: 'on' },
);

describe('registering on the pages', () => {
  const within = async (environment: Readonly<Record<string, string>>, sentence: (house: House) => Promise<void>): Promise<void> => {
    const house = await openHouse('sqlite', { ...mailbox.environment, ...environment });
    await sentence(house);
    await house.close();
  };

  it('begins with the mailbox where AUTH_REGISTRATION=verified', () =>
    within({ AUTH_REGISTRATION: 'verified' }, async (house) => {
      const kate = createVisitor(house);
      const username = uniqueName();
      const email = `${username}@example.com`;
      expect((await kate.get('/account/register/complete')).location).toBe('/account/register');
      const sent = await kate.submit('/account/register', { do: 'ask', email });
      expect(sent.text).toContain(email);
      const { code } = await mailbox.next(email, 'register-code');
      const made = await kate.submit('/account/register/complete', { do: 'complete', code: code ?? '', username, password });
      expect([made.title, made.text.includes('confirmed')]).toEqual(['Your account · gatehouse.test', true]);
    }));

  it('is closed where operators make accounts', () =>
    within({ AUTH_REGISTRATION: 'closed' }, async (house) => {
      const page = await createVisitor(house).get('/account/register');
      expect([page.status, page.text.includes('<form')]).toEqual([403, false]);
      expect((await createVisitor(house).get('/account/login')).text).not.toContain('/account/register');
      const sent = await createVisitor(house).post('/account/register', {
        do: 'register',
        username: 'kate',
        email: 'kate@example.com',
        password,
      });
      expect(sent.status).toBe(403);
    }));

  it('asks for a proof before the first log-in where AUTH_EMAIL_VERIFICATION=required', () =>
    within({ AUTH_EMAIL_VERIFICATION: 'required' }, async (house) => {
      const kate = createVisitor(house);
      const username = uniqueName();
      const email = `${username}@example.com`;
      const asked = await kate.submit('/account/register', { do: 'register', username, email, password });
      expect(asked.title).toBe('Confirm your address · gatehouse.test');
      const { code } = await mailbox.next(email, 'verify-code');
      const proved = await kate.submit('/account/verify-email', { do: 'enter', code: code ?? '' });
      expect(proved.title).toBe('Log in · gatehouse.test');
      expect((await kate.submit('/account/login', { do: 'login', username, password })).title).toBe('Your account · gatehouse.test');
    }));

  it('changes an address by the password where there is no mail', () =>
    within({ AUTH_MAIL_URL: 'off' }, async (house) => {
      const person = await newPerson(house);
      const kate = await enter(house, person);
      const email = `${uniqueName()}@example.com`;
      const wrong = await kate.post('/account/email', { do: 'change', new_email: email, current_password: 'wrong-password' });
      expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
      await kate.submit('/account/email', { do: 'change', new_email: email, current_password: password });
      expect((await rowOf(house, person)).email).toBe(email);
      expect((await kate.get('/account/login')).text).not.toContain('forgot-password');
    }));
});
