/**
 * What the buttons of mails do without a log-in, by the page that their links lead to: N5, N11, P7 and P8 of the design, C12 and D6.
 */
import { rowOf } from '../support/codes';
import { logIn, newPerson, type Person, rest, uniqueName, whoAmI } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { lookAtLink, nextWithLink, pressLink } from '../support/links';
import { createMailbox, type ReadMail } from '../support/mailbox';

const mailbox = createMailbox();
const day = 24 * 60 * 60;

/** The mail about a deletion, which has two buttons. */
async function leave(house: House, kate: Person): Promise<ReadMail> {
  await rest.send(house, 'deleteAccount', undefined, kate.accessToken);
  return mailbox.next(kate.email, 'deletion-scheduled');
}

/** Whoever has the session and the new mailbox changes the address. @returns what the mailbox of before is told */
async function changeAddress(house: House, accessToken: string, from: string, to: string): Promise<ReadMail> {
  expect((await rest.send(house, 'requestEmailChange', { newEmail: to }, accessToken)).code).toBeNull();
  const { code } = await mailbox.next(to, 'change-code');
  expect((await rest.send(house, 'confirmEmailChange', { code }, accessToken)).code).toBeNull();
  return nextWithLink(mailbox.next, from, 'email-changed');
}

const freshAddress = (): string => `${uniqueName()}@example.com`;

onBothDatabases(
  'the button of a mail',
  (house) => {
    const press = (mail: ReadMail, form?: string) => pressLink(house(), mail, form);
    const login = ({ username, password }: Pick<Person, 'username' | 'password'>) => rest.send(house(), 'login', { username, password });

    /** Ten times at once: one does it. On a busy machine all of them may have come too late, and then the next one does. */
    const pressTenTimes = async (mail: ReadMail): Promise<void> => {
      const statuses: number[] = await Promise.all(Array.from({ length: 10 }, () => press(mail)));
      if (!statuses.some((status) => status !== 503)) statuses.push(await press(mail));
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      expect(statuses.filter((status) => status !== 200 && status !== 410 && status !== 503)).toEqual([]);
    };

    it('about a deletion takes it back, once, of any number of presses (N5)', async () => {
      const kate = await newPerson(house());
      const mail = await leave(house(), kate);
      await pressTenTimes(mail);
      expect((await rowOf(house(), kate)).deletesAt).toBeNull();
      expect(await whoAmI(house(), kate.accessToken)).toBeNull();
      expect((await login(kate)).code).toBeNull();
      expect((await mailbox.next(kate.email, 'deletion-cancelled')).text).toContain(kate.username);
    });

    it('about a deletion belongs to that one, and not to a later one', async () => {
      const kate = await newPerson(house());
      const mail = await leave(house(), kate);
      const refused = await login(kate);
      const back = await rest.send(house(), 'completeLogin', { challenge: refused.body.challenge });
      await rest.send(house(), 'deleteAccount', undefined, back.body.accessToken);
      expect(await press(mail)).toBe(410);
      expect((await rowOf(house(), kate)).deletesAt).not.toBeNull();
    });

    it('about a deletion takes nothing back of a disabled account', async () => {
      const kate = await newPerson(house());
      const mail = await leave(house(), kate);
      await house().app.services.users.disable(kate.id);
      expect(await press(mail)).toBe(410);
      expect((await rowOf(house(), kate)).deletesAt).not.toBeNull();
    });

    it('about a deletion that somebody else asked for: the account stays, and is locked until a reset (N11, P7)', async () => {
      const kate = await newPerson(house());
      const mail = await leave(house(), kate);
      expect(await press(mail, 'not_me=1')).toBe(200);
      expect(await rowOf(house(), kate)).toMatchObject({ deletesAt: null, passwordDistrustedAt: expect.any(Date), deviceEpoch: 1 });
      expect((await mailbox.next(kate.email, 'reset-code')).code).toMatch(/^\d{8}$/);
      expect((await login(kate)).code).toBe('PASSWORD_RESET_REQUIRED');
      expect(await press(mail)).toBe(410);
    });

    it('"this was not me" ends every session, once, and is over after seven days (P8)', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      const change = { currentPassword: kate.password, newPassword: 'a louder garden gate' };
      await rest.send(house(), 'changePassword', change, kate.accessToken);
      const mail = await mailbox.next(kate.email, 'password-changed');
      const back = await logIn(house(), { ...kate, password: change.newPassword });
      await pressTenTimes(mail);
      for (const { accessToken } of [kate, phone, back]) expect(await whoAmI(house(), accessToken)).toBeNull();
      expect((await login({ ...kate, password: change.newPassword })).code).toBe('PASSWORD_RESET_REQUIRED');
      expect(await lookAtLink(house(), mail)).toBe(410);

      const lars = await newPerson(house());
      await rest.send(house(), 'changePassword', { ...change, currentPassword: lars.password }, lars.accessToken);
      const older = await mailbox.next(lars.email, 'password-changed');
      expect(await lookAtLink(house(), older)).toBe(200);
      house().clock.advance(8 * day);
      expect([await lookAtLink(house(), older), await press(older)]).toEqual([410, 410]);
    });

    it('about a reset ends every session again, and asks for another password (C12)', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'requestPasswordReset', { email: kate.email });
      const { token } = await mailbox.next(kate.email, 'reset-code');
      const password = 'correct horse battery staple';
      await rest.send(house(), 'resetPassword', { token, newPassword: password });
      const thief = await logIn(house(), { ...kate, password });
      expect(await press(await mailbox.next(kate.email, 'password-reset'))).toBe(200);
      expect(await whoAmI(house(), thief.accessToken)).toBeNull();
      expect((await login({ ...kate, password })).code).toBe('PASSWORD_RESET_REQUIRED');
      expect((await mailbox.next(kate.email, 'reset-code')).code).toMatch(/^\d{8}$/);
    });

    it('about a changed address gives the old one back, which is proved by that (D6, P7)', async () => {
      const kate = await newPerson(house());
      const told = await changeAddress(house(), kate.accessToken, kate.email, freshAddress());
      const thief = await logIn(house(), kate);
      expect(await press(told)).toBe(200);
      expect(await rowOf(house(), kate)).toMatchObject({ email: kate.email, emailVerifiedAt: expect.any(Date) });
      expect(await house().app.services.database.client.reservedEmail.count({ where: { userId: kate.id } })).toBe(0);
      for (const { accessToken } of [kate, thief]) expect(await whoAmI(house(), accessToken)).toBeNull();
      expect((await login(kate)).code).toBe('PASSWORD_RESET_REQUIRED');
      expect((await mailbox.next(kate.email, 'reset-code')).to).toBe(kate.email);
    });

    it('about the first of several changes gives the first address back, and no later mailbox takes it away again (D6)', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      const [second, third] = [freshAddress(), freshAddress()];
      const first = await changeAddress(house(), thief.accessToken, kate.email, second);
      const later = await changeAddress(house(), thief.accessToken, second, third);
      const asked = await mailbox.next(second, 'email-change-requested');
      expect(await press(first)).toBe(200);
      expect((await rowOf(house(), kate)).email).toBe(kate.email);
      for (const mail of [later, asked]) expect(await press(mail)).toBe(410);
      expect((await rowOf(house(), kate)).email).toBe(kate.email);
      const { client } = house().app.services.database;
      expect(await client.reservedEmail.count({ where: { userId: kate.id } })).toBe(0);
      const disputes = await client.mailToken.findMany({ where: { userId: kate.id, purpose: 'DISPUTE' } });
      expect(disputes.filter(({ emailKey }) => emailKey !== kate.email)).toEqual([]);
    });

    it('about a later change, pressed first, leaves the first mailbox its own way back (D6)', async () => {
      const kate = await newPerson(house());
      const thief = await logIn(house(), kate);
      const second = freshAddress();
      const first = await changeAddress(house(), thief.accessToken, kate.email, second);
      const later = await changeAddress(house(), thief.accessToken, second, freshAddress());
      expect(await press(later)).toBe(200);
      expect((await rowOf(house(), kate)).email).toBe(second);
      expect(await press(first)).toBe(200);
      expect((await rowOf(house(), kate)).email).toBe(kate.email);
    });
  },
  mailbox.environment,
);
