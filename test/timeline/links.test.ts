/**
 * What the links of mails do without a log-in (N5, N11, P7 and P8 of the design), as the page that they lead to calls it.
 */
import { operator } from '../../src/actor';
import { logIn, newPerson, type Person, rest, uniqueName, whoAmI } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { createMailbox, type ReadMail } from '../support/mailbox';

const mailbox = createMailbox();
const day = 24 * 60 * 60;
const requester = {
  ipAddress: '192.0.2.7',
  userAgent: 'a browser',
  acceptLanguage: 'en',
  requestId: 'test',
  keptRefreshToken: null,
} as never;

const rowOf = (house: House, { id }: Pick<Person, 'id'>) => house.app.services.database.client.user.findUniqueOrThrow({ where: { id } });

/** The row of a mail's link, as the page finds it. Null: it is over, or used up. */
async function linkOf(house: House, mail: ReadMail) {
  const { mailTokens } = house.app.services;
  const name = mailTokens.readLink(mail.token ?? '');
  return name === null ? null : mailTokens.find(name.id, name.purpose);
}

const codeOf = (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: { code: string }) => error.code,
  );

onBothDatabases(
  'the link of a mail',
  (house) => {
    it('about a deletion takes it back, once, of any number of presses (N5)', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      const link = await linkOf(house(), await mailbox.next(kate.email, 'deletion-scheduled'));
      if (link === null) throw new Error('there is no such link');
      const presses = await Promise.all(
        Array.from({ length: 10 }, () => codeOf(house().app.services.leaving.restoreByLink(link, requester))),
      );
      expect(presses.filter((code) => code === null)).toHaveLength(1);
      expect(new Set(presses)).toEqual(new Set([null, 'INVALID_CODE']));
      expect((await rowOf(house(), kate)).deletesAt).toBeNull();
      expect(await whoAmI(house(), kate.accessToken)).toBeNull();
      expect((await rest.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBeNull();
      expect((await mailbox.next(kate.email, 'deletion-cancelled')).text).toContain(kate.username);
    });

    it('about a deletion belongs to that one, and not to a later one', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      const link = await linkOf(house(), await mailbox.next(kate.email, 'deletion-scheduled'));
      const refused = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
      const back = await rest.send(house(), 'completeLogin', { challenge: refused.body.challenge });
      await rest.send(house(), 'deleteAccount', undefined, back.body.accessToken);
      expect(await codeOf(house().app.services.leaving.restoreByLink(link as never, requester))).toBe('INVALID_CODE');
      expect((await rowOf(house(), kate)).deletesAt).not.toBeNull();
    });

    it('about a deletion takes nothing back of a disabled account', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      const link = await linkOf(house(), await mailbox.next(kate.email, 'deletion-scheduled'));
      await house().app.services.users.disable(kate.id);
      expect(await codeOf(house().app.services.leaving.restoreByLink(link as never, requester))).toBe('INVALID_CODE');
      expect((await rowOf(house(), kate)).deletesAt).not.toBeNull();
    });

    it('about a deletion that somebody else asked for: the account stays, and is locked until a reset (N11, P7)', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'deleteAccount', undefined, kate.accessToken);
      const link = await linkOf(house(), await mailbox.next(kate.email, 'deletion-scheduled'));
      const outcome = await house().app.services.timeline.disputeByLink(link as never, requester);
      expect(outcome).toEqual({ endedSessions: 0, passwordNeeded: true });
      expect(await rowOf(house(), kate)).toMatchObject({ deletesAt: null, passwordDistrustedAt: expect.any(Date), deviceEpoch: 1 });
      expect((await mailbox.next(kate.email, 'reset-code')).code).toMatch(/^\d{8}$/);
      const login = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
      expect(login.code).toBe('PASSWORD_RESET_REQUIRED');
      expect(await codeOf(house().app.services.leaving.restoreByLink(link as never, requester))).toBe('INVALID_CODE');
    });

    it('"this was not me" ends every session, once, and is over after seven days (P8)', async () => {
      const kate = await newPerson(house());
      const phone = await logIn(house(), kate);
      const change = { currentPassword: kate.password, newPassword: 'a louder garden gate' };
      await rest.send(house(), 'changePassword', change, kate.accessToken);
      const mail = await mailbox.next(kate.email, 'password-changed');
      const link = await linkOf(house(), mail);
      if (link === null) throw new Error('there is no such link');
      const back = await logIn(house(), { ...kate, password: change.newPassword });
      const presses = await Promise.all(
        Array.from({ length: 10 }, () => codeOf(house().app.services.timeline.disputeByLink(link, requester))),
      );
      expect(presses.filter((code) => code === null)).toHaveLength(1);
      for (const { accessToken } of [kate, phone, back]) expect(await whoAmI(house(), accessToken)).toBeNull();
      expect((await rest.send(house(), 'login', { username: kate.username, password: change.newPassword })).code).toBe(
        'PASSWORD_RESET_REQUIRED',
      );
      expect(await linkOf(house(), mail)).toBeNull();

      const lars = await newPerson(house());
      await rest.send(house(), 'changePassword', { ...change, currentPassword: lars.password }, lars.accessToken);
      const older = await mailbox.next(lars.email, 'password-changed');
      expect(await linkOf(house(), older)).not.toBeNull();
      house().clock.advance(8 * day);
      expect(await linkOf(house(), older)).toBeNull();
    });

    it('about a changed address gives the old one back, which is proved by that (P7)', async () => {
      const kate = await newPerson(house());
      const { database, audit, mailTokens } = house().app.services;
      const old = kate.email;
      const email = `${uniqueName()}@example.com`;
      const at = new Date(house().clock.now());
      const soon = new Date(at.getTime() + 7 * day * 1000);
      const user = await rowOf(house(), kate);
      // As a confirmed change writes it.
      const token = await audit.change(async (queries, note) => {
        await queries.user.update({ where: { id: kate.id }, data: { email, emailKey: email, emailVerifiedAt: at } });
        await queries.reservedEmail.create({ data: { userId: kate.id, email: old, emailKey: user.emailKey, expiresAt: soon } });
        const eventId = note({ event: 'email.changed', userId: kate.id, actor: operator });
        return mailTokens.issue(queries, { purpose: 'DISPUTE', user, email: old, emailKey: user.emailKey, eventId });
      });
      await house().app.services.timeline.disputeByLink(token, requester);
      expect(await rowOf(house(), kate)).toMatchObject({ email: old, emailKey: user.emailKey, emailVerifiedAt: expect.any(Date) });
      expect(await database.client.reservedEmail.count({ where: { userId: kate.id } })).toBe(0);
      expect((await mailbox.next(old, 'reset-code')).to).toBe(old);
    });
  },
  mailbox.environment,
);
