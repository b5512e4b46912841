import { randomUUID } from 'node:crypto';
import { type Door, everywhere, logIn, newPerson, rest } from '../support/doors';
import type { House } from '../support/house';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();
const password = 'a quiet garden gate';
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

everywhere(
  'Notices to the owner',
  (house, door) => {
    it('tell of a changed password, in the language that the browser asks for, with a link that disputes the event', async () => {
      const person = await newPerson(house());
      const input = { currentPassword: password, newPassword: 'another quiet gate' };
      const headers = { 'user-agent': firefox, 'accept-language': 'fr, de-AT;q=0.9, en;q=0.5' };
      expect((await door.send(house(), 'changePassword', input, person.accessToken, headers)).status).toBe(200);
      const mail = await mailbox.next(person.email, 'password-changed');
      expect(mail).toMatchObject({ subject: 'Ihr Passwort wurde geändert', code: null });
      expect(mail.text).toContain(`Konto: ${person.username}\n`);
      expect(mail.text).toMatch(/^Netz: 127\.0\.0\.0\/24\nBrowser: Firefox auf Windows$/m);
      const { client } = house().app.services.database;
      const event = await client.auditEvent.findFirstOrThrow({ where: { event: 'password.changed', userId: person.id } });
      const tokens = await client.mailToken.findMany({ where: { userId: person.id } });
      expect(tokens).toMatchObject([{ purpose: 'DISPUTE', eventId: event.id, email: person.email }]);
      expect((tokens[0]?.expiresAt.getTime() ?? 0) - (tokens[0]?.createdAt.getTime() ?? 0)).toBe(7 * 86_400_000);
      expect(house().app.services.mailTokens.readLink(mail.token ?? '')).toEqual({ id: tokens[0]?.id, purpose: 'DISPUTE' });
    });

    it('speak the language of the user before that of the browser', async () => {
      const person = await newPerson(house());
      await rest.send(house(), 'updateProfile', { locale: 'de-CH' }, person.accessToken);
      const input = { currentPassword: password, newPassword: 'another quiet gate' };
      await door.send(house(), 'changePassword', input, person.accessToken, { 'accept-language': 'en' });
      expect((await mailbox.next(person.email, 'password-changed')).subject).toBe('Ihr Passwort wurde geändert');
    });

    it('are not sent of a change that was refused', async () => {
      const person = await newPerson(house());
      const input = { currentPassword: 'a wrong guess', newPassword: 'another quiet gate' };
      expect((await door.send(house(), 'changePassword', input, person.accessToken)).code).toBe('INVALID_CREDENTIALS');
      await nothingCame(house(), person.email);
    });

    it('tell of a log-in from a new device, once for each device', async () => {
      const person = await newPerson(house());
      await nothingCame(house(), person.email); // registering is no log-in
      const first = await logInFrom(door, house(), person.username, { 'user-agent': firefox });
      const mail = await mailbox.next(person.email, 'new-login');
      expect(mail.subject).toBe('A log-in from a new device');
      expect(mail.text).toContain('Browser: Firefox on Windows\n');
      const { client } = house().app.services.database;
      const event = await client.auditEvent.findFirstOrThrow({ where: { event: 'login', userId: person.id } });
      const { id } = house().app.services.mailTokens.readLink(mail.token ?? '') ?? { id: '' };
      expect(await client.mailToken.findUnique({ where: { id } })).toMatchObject({ purpose: 'DISPUTE', eventId: event.id });

      await logInFrom(door, house(), person.username, { 'user-agent': 'another/1', 'x-device-token': first.deviceToken });
      await logInFrom(door, house(), person.username, { 'user-agent': firefox }); // it keeps no token, and has a session already
      await nothingCame(house(), person.email);
      await logInFrom(door, house(), person.username, { 'user-agent': 'curl/8.5.0' });
      expect((await mailbox.next(person.email)).text).toContain('Browser: curl\n');
    });

    it('tell of a log-in with the device token of somebody else, and with one that a password change made strange', async () => {
      const [person, stranger] = [await newPerson(house()), await newPerson(house())];
      const foreign = await logInFrom(door, house(), stranger.username, { 'user-agent': 'a/1' });
      const own = await logInFrom(door, house(), person.username, { 'user-agent': 'b/1', 'x-device-token': foreign.deviceToken });
      expect((await mailbox.next(person.email, 'new-login')).text).toContain('Browser: b\n');
      const { accessToken } = await logIn(house(), person);
      await mailbox.settled(house());
      for (const { kind } of await mailbox.unread(person.email)) await mailbox.next(person.email, kind);
      const changed = { currentPassword: password, newPassword: 'another quiet gate' };
      expect((await door.send(house(), 'changePassword', changed, accessToken)).status).toBe(200);
      await mailbox.next(person.email, 'password-changed');
      await house().app.services.database.client.session.deleteMany({ where: { userId: person.id } });
      const again = { username: person.username, password: 'another quiet gate' };
      await door.send(house(), 'login', again, undefined, { 'user-agent': 'b/1', 'x-device-token': own.deviceToken });
      expect((await mailbox.next(person.email, 'new-login')).text).toContain('Browser: b\n');
    });

    it('are not sent of a log-in that was refused', async () => {
      const person = await newPerson(house());
      const input = { username: person.username, password: 'a wrong guess' };
      expect((await door.send(house(), 'login', input, undefined, { 'user-agent': `tool-${randomUUID()}` })).code).toBe(
        'INVALID_CREDENTIALS',
      );
      await nothingCame(house(), person.email);
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_VERIFICATION: 'off' }, // registering sends nothing
);

async function logInFrom(door: Door, house: House, username: string, headers: Record<string, string>): Promise<{ deviceToken: string }> {
  const answer = await door.send(house, 'login', { username, password }, undefined, headers);
  expect(answer.code).toBeNull();
  return answer.body;
}

async function nothingCame(house: House, address: string): Promise<void> {
  await mailbox.settled(house);
  expect(await mailbox.unread(address)).toEqual([]);
}
