/** The page that the links of mails lead to (F of the design: F1 F2 F5 F6 F7 F8 of DISPUTE and RESTORE; N5, N11 and P8 through it). */
import { logIn, newPerson, type Person, rest, whoAmI } from '../support/doors';
import { dumpOf } from '../support/dump';
import { type House, onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();
const origin = 'http://gatehouse.test';

const pathOf = (link: string | null): string => new URL(link ?? '').pathname;
const press = (house: House, path: string, action: string, headers: Record<string, string> = { origin }) =>
  fetch(house.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ action }),
  });

onBothDatabases(
  'the page of a mail’s link',
  (house) => {
    const leave = async (): Promise<{ kate: Person; path: string }> => {
      const kate = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      return { kate, path: pathOf((await mailbox.next(kate.email, 'deletion-scheduled')).link) };
    };
    const deletesAt = async ({ id }: Person) =>
      (await house().app.services.database.client.user.findUniqueOrThrow({ where: { id } })).deletesAt;

    it('changes nothing by GET and HEAD, ten times, by a scanner (F1)', async () => {
      const { path } = await leave();
      await mailbox.settled(house());
      const before = await dumpOf(house());
      for (let turn = 0; turn < 10; turn += 1)
        for (const method of ['GET', 'HEAD']) {
          const response = await fetch(house().url + path, { method, headers: { 'user-agent': 'a scanner' } });
          expect([response.status, response.headers.get('set-cookie')]).toEqual([200, null]);
        }
      expect(await dumpOf(house())).toBe(before);
    });

    it('asks for nothing from elsewhere, is stored and indexed by nobody, and sends its form here alone (F5)', async () => {
      const { path } = await leave();
      const response = await fetch(house().url + path);
      const text = await response.text();
      expect(text).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
      expect(text).toContain('<form method="post">');
      expect(
        Object.fromEntries(['cache-control', 'x-robots-tag', 'referrer-policy'].map((name) => [name, response.headers.get(name)])),
      ).toEqual({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'same-origin',
      });
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(response.headers.get('content-security-policy')).toContain("form-action 'self'");
    });

    it('refuses a form that does not come from it (F2)', async () => {
      const { kate, path } = await leave();
      for (const headers of [{}, { origin: 'null' }, { origin: 'https://evil.example' }])
        expect((await press(house(), path, 'restore', headers as Record<string, string>)).status).toBe(403);
      expect(await deletesAt(kate)).not.toBeNull();
    });

    it('takes a deletion back by its button, once of any number of presses (N5, F8)', async () => {
      const { kate, path } = await leave();
      const answers = await Promise.all(Array.from({ length: 10 }, () => press(house(), path, 'restore')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(410)]);
      expect(await deletesAt(kate)).toBeNull();
      expect((await logIn(house(), kate)).sessionId).toEqual(expect.any(String));
    });

    it('of a deletion that somebody else wanted: the account stays, and is locked (N11)', async () => {
      const { kate, path } = await leave();
      const answer = await press(house(), path, 'dispute');
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Your account is locked')]);
      expect(await deletesAt(kate)).toBeNull();
      const login = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
      expect(login.code).toBe('PASSWORD_RESET_REQUIRED');
    });

    it('"this was not me" ends every session; used, or eight days later, it is 410 with a way on (P8, F6)', async () => {
      const kate = await newPerson(house());
      const newPassword = 'a louder garden gate';
      await rest.send(house(), 'changePassword', { currentPassword: kate.password, newPassword }, kate.accessToken);
      const path = pathOf((await mailbox.next(kate.email, 'password-changed')).link);
      expect((await press(house(), path, 'dispute')).status).toBe(200);
      expect(await whoAmI(house(), kate.accessToken)).toBeNull();
      for (const answer of [await fetch(house().url + path), await press(house(), path, 'dispute')])
        expect([answer.status, await answer.text()]).toEqual([410, expect.stringContaining('ask for a new mail')]);
    });

    it('answers 410 for a token with a flipped bit, without a query (F7)', async () => {
      const { path } = await leave();
      await mailbox.settled(house());
      const flipped = path.slice(0, -1) + (path.endsWith('A') ? 'B' : 'A');
      const before = house().queries.length;
      expect((await fetch(house().url + flipped)).status).toBe(410);
      expect((await fetch(`${house().url}/account/link/x`)).status).toBe(410);
      expect(house().queries.length).toBe(before);
    });

    it('answers an action that the link does not have with 404, and changes nothing', async () => {
      const { kate, path } = await leave();
      for (const action of ['', 'erase', 'constructor', '__proto__']) expect((await press(house(), path, action)).status).toBe(404);
      expect(await deletesAt(kate)).not.toBeNull();
    });

    it('stands in the log as a pattern, without its token', async () => {
      const { path } = await leave();
      await fetch(house().url + path);
      expect(JSON.stringify(house().log)).not.toContain(path.split('/').at(-1));
    });
  },
  mailbox.environment,
);
