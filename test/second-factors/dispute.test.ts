/**
 * "This was not me" of an authenticator app (P7 of the design, TOTP), and what a mailbox alone does to one: C5, E5, B10 where addresses are not
 * proved otherwise.
 */
import { challengeOf, type Enrolled, enrol, nextStep, shown } from '../support/authenticator';
import { rowOf } from '../support/codes';
import { type Answer, everywhere, newPerson, type Person, rest } from '../support/doors';
import type { House } from '../support/house';
import { pressLink } from '../support/links';
import { createMailbox } from '../support/mailbox';

const mailbox = createMailbox();
const newPassword = 'correct horse battery staple';

const rows = (house: House) => house.app.services.database.client;
const hasApp = async (house: House, { id }: Pick<Person, 'id'>): Promise<boolean> =>
  (await rows(house).totp.count({ where: { userId: id, confirmedAt: { not: null } } })) === 1;
const codesOf = (house: House, { id }: Pick<Person, 'id'>): Promise<number> => rows(house).recoveryCode.count({ where: { userId: id } });

everywhere(
  'an authenticator app that somebody else has added',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const eventOf = async ({ id }: Person): Promise<string> =>
      (await rows(house()).auditEvent.findFirstOrThrow({ where: { userId: id, event: 'totp.added' }, orderBy: { at: 'asc' } })).id;
    const dispute = (id: string, token: string) => door.send(house(), 'disputeSecurityEvent', id, token);

    it('is removed by a dispute in a fresh session, with its recovery codes (P7)', async () => {
      const kate = await enrol(house());
      const event = await eventOf(kate);
      expect((await dispute(event, kate.accessToken)).code).toBeNull();
      expect([await hasApp(house(), kate), await codesOf(house(), kate)]).toEqual([false, 0]);
      expect((await door.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBe(
        'PASSWORD_RESET_REQUIRED',
      );
    });

    it('stays where the session is not fresh, and nothing else happens', async () => {
      const kate = await enrol(house());
      const event = await eventOf(kate);
      house().clock.advance(601);
      const refused = await dispute(event, kate.accessToken);
      expect([refused.status, refused.code]).toEqual([401, 'REAUTHENTICATION_REQUIRED']);
      expect(await hasApp(house(), kate)).toBe(true);
      expect((await rowOf(house(), kate)).deviceEpoch).toBe(0);
      await door.send(house(), 'reauthenticate', { totp: shown(house(), kate.app) }, kate.accessToken);
      expect((await dispute(event, kate.accessToken)).code).toBeNull();
      expect(await hasApp(house(), kate)).toBe(false);
    });

    it('is another one than the one that took its place: that one stays', async () => {
      const kate = await enrol(house());
      const event = await eventOf(kate);
      nextStep(house());
      const second = await enrol(house(), kate);
      expect((await dispute(event, kate.accessToken)).code).toBeNull();
      expect([await hasApp(house(), kate), await codesOf(house(), kate)]).toEqual([true, 10]);
      await opens(second);
    });

    /** After a reset, the account opens with the app's code, and not without. */
    const opens = async (kate: Enrolled): Promise<void> => {
      await rest.send(house(), 'requestPasswordReset', { email: kate.email });
      await mailbox.settled(house());
      const { token } = (await mailbox.unread(kate.email)).findLast(({ kind }) => kind === 'reset-code') ?? {};
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull();
      nextStep(house());
      const { body } = await challengeOf(house(), { ...kate, password: newPassword });
      expect((await door.send(house(), 'completeLogin', { challenge: body.challenge, totp: shown(house(), kate.app) })).code).toBeNull();
    };

    it('stays by the link of a mail, which locks the account: a mailbox alone removes no second factor', async () => {
      const kate = await enrol(house());
      const other = await logInWithApp(kate);
      expect(await pressLink(house(), await mailbox.next(kate.email, 'totp-added'))).toBe(200);
      for (const { accessToken } of [kate, other])
        expect((await door.send(house(), 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
      expect([await hasApp(house(), kate), await codesOf(house(), kate)]).toEqual([true, 10]);
      await opens(kate);
    });

    const logInWithApp = async (kate: Enrolled): Promise<{ accessToken: string }> => {
      nextStep(house());
      const { body } = await challengeOf(house(), kate);
      return (await rest.send(house(), 'completeLogin', { challenge: body.challenge, totp: shown(house(), kate.app) })).body;
    };
  },
  mailbox.environment,
);

everywhere(
  'a mailbox without the authenticator app',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    /** Its address is another one since: an operator's word, which nobody has proved. */
    const moved = async (): Promise<Enrolled> => {
      const kate = await enrol(house());
      const email = `moved-${kate.email}`;
      await house().app.services.users.setEmail(kate.id, email);
      expect((await rowOf(house(), kate)).emailVerifiedAt).toBeNull();
      return { ...kate, email };
    };
    const reset = async ({ email }: Person): Promise<void> => {
      await door.send(house(), 'requestPasswordReset', { email });
      const { token } = await mailbox.next(email, 'reset-code');
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull();
    };
    const byCode = async ({ email }: Person): Promise<Answer> => {
      const { body } = await door.send(house(), 'requestLoginCode', { email });
      const { code } = await mailbox.next(email, 'login-code');
      return door.send(house(), 'loginWithCode', { attempt: body.attempt, code });
    };
    const complete = (challenge: string, kate: Enrolled) => {
      nextStep(house());
      return door.send(house(), 'completeLogin', { challenge, totp: shown(house(), kate.app) });
    };

    it('sets a new password, and does not open the account, whether or not its address is proved (C5)', async () => {
      for (const kate of [await enrol(house()), await moved()]) {
        await reset(kate);
        const { body } = await challengeOf(house(), { ...kate, password: newPassword });
        expect([await hasApp(house(), kate), await codesOf(house(), kate)]).toEqual([true, 10]);
        expect((await complete(body.challenge, kate)).code).toBeNull();
      }
    });

    it('shows the code of a mail, and is asked for the other factor, which is no code of a mail, whether or not its address is proved (E5)', async () => {
      for (const kate of [await enrol(house()), await moved()]) {
        const refused = await byCode(kate);
        expect([refused.status, refused.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
        expect(refused.body.methods.map((method: string) => method.toUpperCase())).toEqual(['TOTP', 'RECOVERY_CODE']);
        expect([await hasApp(house(), kate), await codesOf(house(), kate)]).toEqual([true, 10]);
        const done = await complete(refused.body.challenge, kate);
        expect([done.code, done.body.session.methods]).toEqual([null, ['mail', 'otp']]);
      }
    });

    it('is asked for before an app is added, though AUTH_EMAIL_VERIFICATION is off: somebody else may be its owner (B10)', async () => {
      const kate = await newPerson(house());
      const { status, code } = await door.send(house(), 'startTotp', undefined, kate.accessToken);
      expect([status, code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
      const mail = await askedToProve(kate);
      expect((await door.send(house(), 'verifyEmail', { code: mail.code }, kate.accessToken)).code).toBeNull();
      expect((await door.send(house(), 'startTotp', undefined, kate.accessToken)).code).toBeNull();
    });

    const askedToProve = async (kate: Person) => {
      await door.send(house(), 'requestEmailVerification', undefined, kate.accessToken);
      return mailbox.next(kate.email, 'verify-code');
    };
  },
  { ...mailbox.environment, AUTH_EMAIL_LOGIN: 'on', AUTH_EMAIL_VERIFICATION: 'off' },
);
