// F1 to F10 of the design, D5, E6 and E7 (links of LOGIN and CHANGE show the code elsewhere; entry.test.ts has E6 in the asking browser), B2, C3.
import { rowOf, snapshot } from '../support/codes';
import { newPerson, type Person, rest, uniqueName } from '../support/doors';
import { onBothDatabases } from '../support/house';
import { createMailbox, type ReadMail } from '../support/mailbox';

const mailbox = createMailbox();
const own = 'http://gatehouse.test';

const pathOf = ({ link }: ReadMail): string => new URL(link ?? '').pathname;

onBothDatabases(
  'the page of a mail link',
  (house) => {
    const look = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
      fetch(house().url + path, { method, headers: { 'x-forwarded-host': 'gatehouse.test', ...headers } });
    const press = (path: string, origin: string | null = own, form = '', headers: Record<string, string> = {}) =>
      fetch(house().url + path, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-forwarded-host': 'gatehouse.test',
          ...(origin !== null && { origin }),
          ...headers,
        },
        body: form,
      });

    const mailsOf = async (person: Person): Promise<readonly ReadMail[]> => {
      const newEmail = `${uniqueName()}@example.com`;
      await rest.send(house(), 'requestEmailChange', { newEmail }, person.accessToken);
      await rest.send(house(), 'requestPasswordReset', { email: person.email });
      await rest.send(house(), 'requestLoginCode', { email: person.email });
      return [
        await mailbox.next(person.email, 'verify-code'),
        await mailbox.next(person.email, 'reset-code'),
        await mailbox.next(person.email, 'login-code'),
        await mailbox.next(newEmail, 'change-code'),
        await mailbox.next(person.email, 'email-change-requested'),
      ];
    };

    it('F1, F7: changes nothing by GET, HEAD, OPTIONS or a flipped bit, for any purpose', async () => {
      const leaver = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, leaver.accessToken);
      const mails = [...(await mailsOf(await newPerson(house()))), await mailbox.next(leaver.email, 'deletion-scheduled')];
      await mailbox.settled(house());
      const before = await snapshot(house());
      for (const path of mails.map(pathOf)) {
        for (let time = 0; time < 10; time += 1) {
          const scanner = { 'user-agent': 'LinkScanner/1.0', purpose: 'prefetch' };
          expect([(await look(path, 'GET', scanner)).status, (await look(path, 'HEAD')).status]).toEqual([200, 200]);
          await look(path, 'OPTIONS');
        }
        const queries = house().queries.length;
        const flipped = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
        expect((await look(flipped)).status).toBe(410);
        expect(house().queries.length).toBe(queries);
      }
      expect(await snapshot(house())).toBe(before);
    });

    it('F2: refuses a button that was pressed elsewhere', async () => {
      const person = await newPerson(house());
      const path = pathOf(await mailbox.next(person.email, 'verify-code'));
      const before = await snapshot(house());
      for (const origin of [null, 'null', 'https://evil.example', `${own}.evil.example`])
        expect((await press(path, origin)).status).toBe(403);
      expect(await snapshot(house())).toBe(before);
    });

    it('F4, F6, B2: does what its button says, once, without a script', async () => {
      const person = await newPerson(house());
      const path = pathOf(await mailbox.next(person.email, 'verify-code'));
      const text = await (await look(path)).text();
      expect([text.includes(person.username), text.includes('<form method="post">'), /<script/i.test(text)]).toEqual([true, true, false]);
      expect((await press(path)).status).toBe(200);
      expect((await rowOf(house(), person)).emailVerifiedAt).not.toBeNull();
      const again = await press(path);
      const gone = await again.text();
      expect([again.status, gone.includes('This link is over'), gone.includes('href="/account/verify-email"')]).toEqual([410, true, true]);
      expect((await look(path)).status).toBe(410);
    });

    it('C4: sets a new password, and asks again for a weak one', async () => {
      const person = await newPerson(house());
      await rest.send(house(), 'requestPasswordReset', { email: person.email });
      const path = pathOf(await mailbox.next(person.email, 'reset-code'));
      const weak = await press(path, own, 'new_password=short');
      const page = await weak.text();
      expect([weak.status, page.includes('role="alert"'), page.includes('<title>Error: '), page.includes('value=')]).toEqual([
        400,
        true,
        true,
        false,
      ]);
      const german = await press(path, own, 'new_password=short', { 'accept-language': 'de' });
      expect((await german.text()).match(/id="new_password-wrong">([^<]*)</)?.[1]).toBe('Nehmen Sie mindestens 8 Zeichen.');
      expect((await press(path, own, `new_password=${encodeURIComponent('correct horse battery staple')}`)).status).toBe(200);
      const { code } = await rest.send(house(), 'login', { username: person.username, password: 'correct horse battery staple' });
      expect(code).toBeNull();
    });

    it('D5, E6, E7: shows the code of a log-in and of a new address, and does nothing else', async () => {
      const person = await newPerson(house());
      const [, , login, change] = await mailsOf(person);
      const before = await snapshot(house());
      for (const mail of [login, change] as ReadMail[]) {
        const shown = await look(pathOf(mail));
        const text = await shown.text();
        expect([text.includes(`${mail.code?.slice(0, 4)} ${mail.code?.slice(4)}`), text.includes('<form')]).toEqual([true, false]);
        expect(shown.headers.get('set-cookie')).toBeNull();
        expect((await press(pathOf(mail))).status).toBe(410);
      }
      expect(await snapshot(house())).toBe(before);
    });

    it('F8: makes one change of thirty buttons at once', async () => {
      const person = await newPerson(house());
      await rest.send(house(), 'requestPasswordReset', { email: person.email });
      const path = pathOf(await mailbox.next(person.email, 'reset-code'));
      const form = `new_password=${encodeURIComponent('correct horse battery staple')}`;
      const statuses = (await Promise.all(Array.from({ length: 30 }, () => press(path, own, form)))).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status !== 200 && status !== 410 && status !== 503)).toEqual([]);
    });

    it('C12: locks the account by "this was not me"', async () => {
      const person = await newPerson(house());
      const [, , , , told] = await mailsOf(person);
      expect((await press(pathOf(told as ReadMail))).status).toBe(200);
      expect((await rest.send(house(), 'profile', undefined, person.accessToken)).body.reason).toBe('REVOKED');
    });

    it('F5, F9: asks for nothing outside, is kept nowhere, and is not in the log', async () => {
      const person = await newPerson(house());
      const mail = await mailbox.next(person.email, 'verify-code');
      const shown = await look(pathOf(mail));
      expect(Object.fromEntries(shown.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'same-origin',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      });
      expect(await shown.text()).not.toMatch(/https?:\/\//);
      expect((await look('/account/assets/page.css')).headers.get('content-type')).toBe('text/css; charset=utf-8');
      expect(JSON.stringify(house().log)).not.toContain(mail.token);
    });

    it('is in German where its reader wants that', async () => {
      const person = await newPerson(house());
      const path = pathOf(await mailbox.next(person.email, 'verify-code'));
      const text = await (await look(path, 'GET', { 'accept-language': 'de-AT,de;q=0.9,en;q=0.5' })).text();
      expect([text.includes('<html lang="de" '), text.includes('Adresse bestätigen')]).toEqual([true, true]);
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on' },
);
