// B1, B2 (the API's part), B3, B4, B5, B6, B9, B11, B12, B13 of the design; B10 is of second factors.
import { otherThan, rowOf, sameBut } from '../support/codes';
import { everywhere, logIn, newPerson, postGraphQL, rest, uniqueName } from '../support/doors';
import { defaultLimits, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { until } from '../support/until';

const mailbox = createMailbox();
const password = 'a quiet garden gate';

everywhere(
  'verifyEmail',
  (house, door) => {
    const tokens = () => house().app.services.database.client.mailToken;
    const refusedCodes = (userId: string) =>
      house().app.services.database.client.auditEvent.findMany({ where: { userId, event: 'code.refused' }, orderBy: { at: 'asc' } });

    it('B1: proves the address by the code of the mail that registering sends, in a session without an attempt', async () => {
      const person = await newPerson(house());
      expect((await rowOf(house(), person)).emailVerifiedAt).toBeNull();
      const mail = await mailbox.next(person.email, 'verify-code');
      expect([mail.code, mail.text.includes(person.username)]).toEqual([expect.stringMatching(/^\d{8}$/), true]);
      const { status, body } = await door.send(house(), 'verifyEmail', { code: mail.code }, person.accessToken);
      expect([status, body.verified]).toEqual([200, true]);
      const { body: profile } = await door.send(house(), 'profile', undefined, person.accessToken);
      expect(profile.emailVerified).toBe(true);
      const events = await house().app.services.database.client.auditEvent.findMany({
        where: { userId: person.id, event: 'email.verified' },
      });
      expect(events).toHaveLength(1);
    });

    it('needs no session by the link, and ends none', async () => {
      const person = await newPerson(house());
      const { token } = await mailbox.next(person.email, 'verify-code');
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBeNull();
      expect((await rowOf(house(), person)).emailVerifiedAt).not.toBeNull();
      expect((await door.send(house(), 'profile', undefined, person.accessToken)).status).toBe(200);
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBe('INVALID_CODE');
    });

    it('B3: judges five codes, tells how many are left, and takes the link all the same', async () => {
      const person = await newPerson(house());
      const { code, token } = await mailbox.next(person.email, 'verify-code');
      const wrong = otherThan(code ?? '');
      for (const left of [4, 3, 2, 1, 0]) {
        const { status, code: failure, body } = await door.send(house(), 'verifyEmail', { code: wrong }, person.accessToken);
        expect([status, failure, body.triesLeft]).toEqual([400, 'INVALID_CODE', left]);
      }
      expect((await door.send(house(), 'verifyEmail', { code }, person.accessToken)).code).toBe('INVALID_CODE');
      expect((await rowOf(house(), person)).emailVerifiedAt).toBeNull();
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBeNull();
      const told = await refusedCodes(person.id);
      expect(told[0]).toMatchObject({ actor: `user:${person.id}`, sessionId: person.sessionId, detail: 'VERIFY' });
    });

    it('B3: counts what is no code at all as a try, too', async () => {
      const person = await newPerson(house());
      await mailbox.next(person.email, 'verify-code');
      const answers = [];
      for (const code of ['', 'abc', '1234567', '123456789', '1234567x'])
        answers.push((await door.send(house(), 'verifyEmail', { code }, person.accessToken)).body.triesLeft);
      expect(answers).toEqual([4, 3, 2, 1, 0]);
    });

    it("B4: takes no code with another attempt, of another purpose, or of another's session", async () => {
      const [kate, eve] = [await newPerson(house()), await newPerson(house())];
      const { code } = await mailbox.next(kate.email, 'verify-code');
      const asked = await door.send(house(), 'requestEmailVerification', undefined, eve.accessToken);
      const reset = await door.send(house(), 'requestPasswordReset', { email: kate.email });
      const tries = [
        await door.send(house(), 'verifyEmail', { code, attempt: asked.body.attempt }),
        await door.send(house(), 'verifyEmail', { code, attempt: reset.body.attempt }),
        await door.send(house(), 'verifyEmail', { code }, eve.accessToken),
      ];
      expect(tries.map(({ code: failure }) => failure)).toEqual(['INVALID_CODE', 'INVALID_CODE', 'INVALID_CODE']);
      expect((await tokens().findFirst({ where: { userId: kate.id, purpose: 'VERIFY' } }))?.tries).toBe(0); // nobody uses up hers
      const other = await door.send(house(), 'verifyEmail', { code: '00000000', attempt: asked.body.attempt }, kate.accessToken);
      expect(other.code).toBe('INVALID_CODE');
      const told = (await refusedCodes(eve.id)).map(({ actor, sessionId }) => [actor, sessionId]);
      expect(told).toContainEqual([`user:${kate.id}`, null]); // in her own session, at a code of somebody else
      expect(told).toContainEqual(['anonymous', null]);
    });

    it('B5: is sent the same code again with an attempt, and another without, where the first still works', async () => {
      const person = await newPerson(house());
      const first = await mailbox.next(person.email, 'verify-code');
      const again = await door.send(house(), 'requestEmailVerification', undefined, person.accessToken);
      expect([again.status, again.code]).toEqual([door.name === 'REST' ? 202 : 200, null]);
      const second = await mailbox.next(person.email, 'verify-code');
      expect([second.code, second.token]).toEqual([first.code, first.token]);
      const byAttempt = await door.send(house(), 'requestEmailVerification', { attempt: again.body.attempt });
      expect(byAttempt.body.attempt).toBe(again.body.attempt);
      expect((await mailbox.next(person.email, 'verify-code')).code).toBe(first.code);
      expect(await tokens().count({ where: { userId: person.id, purpose: 'VERIFY' } })).toBe(1);
      expect((await door.send(house(), 'verifyEmail', { code: first.code, attempt: again.body.attempt })).code).toBeNull();
    });

    it('B9: takes a code as people type it', async () => {
      const spellings = [
        (code: string) => `${code.slice(0, 4)} ${code.slice(4)}`,
        (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`,
      ];
      const fullWidth = (code: string) => [...code].map((digit) => String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0)).join('');
      for (const spell of [...spellings, fullWidth]) {
        const person = await newPerson(house());
        const { code } = await mailbox.next(person.email, 'verify-code');
        expect((await door.send(house(), 'verifyEmail', { code: spell(code ?? '') }, person.accessToken)).code).toBeNull();
      }
    });

    it('B12: refuses a code of more than a day ago, and its row goes', async () => {
      const person = await newPerson(house());
      const { token } = await mailbox.next(person.email, 'verify-code');
      house().clock.advance(24 * 3_600 + 1);
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBe('INVALID_CODE');
      const { accessToken } = await logIn(house(), person);
      expect((await door.send(house(), 'verifyEmail', { code: '12345678' }, accessToken)).code).toBe('INVALID_CODE');
      const { jobs, database } = house().app.services;
      const rows = { where: { userId: person.id, purpose: 'VERIFY' } };
      expect(await database.client.mailToken.count(rows)).toBeGreaterThan(0);
      await until('its rows are gone', async () => {
        await jobs.runDue();
        return (await database.client.mailToken.count(rows)) === 0;
      });
    });

    it('is only for the address that the account has still', async () => {
      const person = await newPerson(house());
      const { token } = await mailbox.next(person.email, 'verify-code');
      const { client } = house().app.services.database;
      const email = `${uniqueName()}@example.com`;
      await client.user.update({ where: { id: person.id }, data: { email, emailKey: email } });
      expect((await door.send(house(), 'verifyEmail', { token })).code).toBe('INVALID_CODE');
      expect((await rowOf(house(), person)).emailVerifiedAt).toBeNull();
      expect(await tokens().count({ where: { userId: person.id, purpose: 'VERIFY' } })).toBe(1); // no token is used up without its change
    });

    it('is asked for again of a proved address with the same answer, and nothing is sent', async () => {
      const [proved, unproved] = [await newPerson(house()), await newPerson(house())];
      const { code } = await mailbox.next(proved.email, 'verify-code');
      await door.send(house(), 'verifyEmail', { code }, proved.accessToken);
      const answers = [proved, unproved].map(({ accessToken }) => door.send(house(), 'requestEmailVerification', undefined, accessToken));
      const [first, second] = await Promise.all(answers);
      expect(first && sameBut(first)).toEqual(second && sameBut(second));
      await mailbox.settled(house());
      expect(await mailbox.unread(proved.email)).toHaveLength(0);
    });

    it('says what is missing without a session', async () => {
      const alone = await door.send(house(), 'verifyEmail', { code: '12345678' });
      expect([alone.code, alone.body.issues[0].path]).toEqual(['BAD_USER_INPUT', 'attempt']);
      expect((await door.send(house(), 'requestEmailVerification')).code).toBe('BAD_USER_INPUT');
      expect((await door.send(house(), 'requestEmailVerification', undefined, 'nonsense')).code).toBe('UNAUTHENTICATED');
      for (const input of [{}, { token: 'x', code: '12345678' }, { token: 'x', attempt: 'x' }])
        expect((await door.send(house(), 'verifyEmail', input)).code).toBe('BAD_USER_INPUT');
    });

    it('refuses tokens that are none without a query', async () => {
      const before = house().queries.length;
      for (const token of ['', 'gatehouse_ml_', `gatehouse_ml_${'A'.repeat(64)}`, 'x'.repeat(2_000)])
        expect((await door.send(house(), 'verifyEmail', { token })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'verifyEmail', { attempt: 'gatehouse_ma_x', code: '12345678' })).code).toBe('INVALID_CODE');
      expect(house().queries.length).toBe(before);
    });
  },
  mailbox.environment,
);

everywhere(
  'register, where addresses have to be proved first',
  (house, door) => {
    it('B6: makes the user, sends the code, and begins no session before it', async () => {
      const username = uniqueName();
      const email = `${username}@example.com`;
      const made = await door.send(house(), 'register', { username, email, password });
      expect([made.status, made.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
      const { code } = await mailbox.next(email, 'verify-code');
      expect((await door.send(house(), 'login', { username, password })).code).toBe('EMAIL_NOT_VERIFIED');
      expect((await door.send(house(), 'verifyEmail', { attempt: made.body.attempt, code })).code).toBeNull();
      expect((await door.send(house(), 'login', { username, password })).code).toBeNull();
    });

    it('sends the code again for the attempt of a refused log-in', async () => {
      const username = uniqueName();
      const email = `${username}@example.com`;
      const { body } = await door.send(house(), 'register', { username, email, password });
      const first = await mailbox.next(email, 'verify-code');
      expect((await door.send(house(), 'requestEmailVerification', { attempt: body.attempt })).code).toBeNull();
      expect((await mailbox.next(email, 'verify-code')).code).toBe(first.code);
    });
  },
  { ...mailbox.environment, AUTH_EMAIL_VERIFICATION: 'required' },
);

everywhere(
  'an address that somebody else registered first',
  (house, door) => {
    it('B11: is worth nothing to them once its owner has set a password', async () => {
      const attacker = await newPerson(house()); // has registered the victim's address
      await mailbox.next(attacker.email, 'verify-code');
      const other = await logIn(house(), attacker);
      await door.send(house(), 'requestPasswordReset', { email: attacker.email });
      const { token } = await mailbox.next(attacker.email, 'reset-code');
      const reset = await door.send(house(), 'resetPassword', { token, newPassword: "the victim's own words" });
      expect([reset.code, reset.body.endedSessions]).toEqual([null, 2]);
      for (const { accessToken } of [attacker, other])
        expect((await door.send(house(), 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
      expect((await door.send(house(), 'login', { username: attacker.username, password })).code).toBe('INVALID_CREDENTIALS');
      expect((await door.send(house(), 'login', { username: attacker.username, password: "the victim's own words" })).code).toBeNull();
    });
  },
  mailbox.environment,
);

onTwoNodes(
  'a proved address',
  (nodes) => {
    it('B1: is seen on every node in the next request', async () => {
      const [first, second] = nodes();
      const person = await newPerson(first);
      const me = '{ me { emailVerified } }';
      expect((await postGraphQL(second, me, {}, person.accessToken)).body.data.me.emailVerified).toBe(false);
      const { code } = await mailbox.next(person.email, 'verify-code');
      await rest.send(first, 'verifyEmail', { code }, person.accessToken);
      for (const node of [first, second]) {
        expect((await postGraphQL(node, me, {}, person.accessToken)).body.data.me.emailVerified).toBe(true);
        expect((await rest.send(node, 'profile', undefined, person.accessToken)).body.emailVerified).toBe(true);
      }
    });
  },
  mailbox.environment,
);

everywhere(
  'requestEmailVerification, as a fresh gateway limits it',
  (house, door) => {
    it('B13: is refused the fourth time in an hour, and another address is not', async () => {
      const [kate, leo] = [await newPerson(house()), await newPerson(house())];
      const codes = [];
      for (let time = 0; time < 3; time += 1)
        codes.push((await door.send(house(), 'requestEmailVerification', undefined, kate.accessToken)).code);
      expect(codes).toEqual([null, null, null]);
      const fourth = await door.send(house(), 'requestEmailVerification', undefined, kate.accessToken);
      expect([fourth.status, fourth.code, Number(fourth.headers.get('retry-after')) > 0]).toEqual([429, 'RATE_LIMITED', true]);
      expect((await door.send(house(), 'requestEmailVerification', undefined, leo.accessToken)).code).toBeNull();
    });
  },
  { ...defaultLimits, ...mailbox.environment },
);
