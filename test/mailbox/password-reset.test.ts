// C1 to C4, C6 to C10 of the design. C5 is second-factors/dispute's, C11 account-pages/scanner's, C12's link timeline/links'.
import { otherThan, ratioOf, rowOf, sameBut } from '../support/codes';
import { everywhere, newPerson, type Person, rest, uniqueName, untilServed } from '../support/doors';
import { defaultLimits, type House, onBothDatabases, onTwoNodes } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { quieten, statementsOf } from '../support/statements';
import { until } from '../support/until';
import { anotherDevice } from '../support/visitors';

const mailbox = createMailbox();
const newPassword = 'correct horse battery staple';

const write = async ({ app }: House, { id }: Pick<Person, 'id'>, data: object): Promise<void> => {
  const { database } = app.services;
  await database.transaction(async (queries) => {
    await queries.user.update({ where: { id }, data });
    await database.notices.publish(queries, 'user', [id]);
  });
};

everywhere(
  'a lost password',
  (house, door) => {
    const ask = async (email: string): Promise<{ attempt: string; code: string | null; token: string | null }> => {
      const { body } = await door.send(house(), 'requestPasswordReset', { email });
      const { code, token } = await mailbox.next(email, 'reset-code');
      return { attempt: body.attempt, code, token };
    };

    it('C1: is asked about with one answer for every address, and one mail where there is somebody', async () => {
      const [known, unproved, disabled, leaving] = [
        await newPerson(house()),
        await newPerson(house()),
        await newPerson(house()),
        await newPerson(house()),
      ];
      await write(house(), known, { emailVerifiedAt: new Date() });
      await write(house(), disabled, { disabledAt: new Date() });
      await write(house(), leaving, { deletesAt: new Date(house().clock.now() + 86_400_000) });
      const unknown = `${uniqueName()}@example.com`;
      const answers = [];
      for (const email of [known.email, unproved.email, disabled.email, leaving.email, unknown])
        answers.push(sameBut(await door.send(house(), 'requestPasswordReset', { email })));
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect((await mailbox.next(known.email, 'reset-code')).code).not.toBeNull();
      expect((await mailbox.next(unproved.email, 'reset-code')).code).not.toBeNull();
      expect((await mailbox.next(disabled.email, 'reset-disabled')).code).toBeNull();
      expect((await mailbox.next(leaving.email, 'reset-scheduled')).code).toBeNull();
      await mailbox.settled(house());
      expect(await mailbox.unread(unknown)).toHaveLength(0);
    });

    it('takes an address and no name', async () => {
      const person = await newPerson(house());
      expect((await door.send(house(), 'requestPasswordReset', { email: person.username })).code).toBe('BAD_USER_INPUT');
    });

    it('is replaced by the code with its attempt, and by the link', async () => {
      for (const by of ['code', 'link'] as const) {
        const person = await newPerson(house());
        const { attempt, code, token } = await ask(person.email);
        const proof = by === 'code' ? { attempt, code } : { token };
        const { status, body } = await door.send(house(), 'resetPassword', { ...proof, newPassword });
        expect([status, body]).toEqual([200, { endedSessions: 1 }]);
        expect((await door.send(house(), 'login', { username: person.username, password: person.password })).code).toBe(
          'INVALID_CREDENTIALS',
        );
        expect((await door.send(house(), 'login', { username: person.username, password: newPassword })).code).toBeNull();
        expect((await rowOf(house(), person)).emailVerifiedAt).not.toBeNull();
        expect((await door.send(house(), 'resetPassword', { ...proof, newPassword })).code).toBe('INVALID_CODE');
      }
    });

    it('C4: refuses a weak new one, and takes a strong one with the same code, however often it was weak', async () => {
      const person = await newPerson(house());
      const { attempt, code } = await ask(person.email);
      for (let time = 0; time < 6; time += 1)
        expect((await door.send(house(), 'resetPassword', { attempt, code, newPassword: person.username })).code).toBe('WEAK_PASSWORD');
      expect((await door.send(house(), 'resetPassword', { attempt, code, newPassword })).code).toBeNull();
    });

    it('C6: is not replaced when the password was changed by other means meanwhile', async () => {
      const person = await newPerson(house());
      const { token } = await ask(person.email);
      const change = { currentPassword: person.password, newPassword: 'another quiet garden' };
      expect((await door.send(house(), 'changePassword', change, person.accessToken)).code).toBeNull();
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'login', { username: person.username, password: 'another quiet garden' })).code).toBeNull();
    });

    it('is asked for again after a change of the password with another code, which counts: the attempt of before is of another account', async () => {
      const person = await newPerson(house());
      const { attempt, code } = await ask(person.email);
      const same = await door.send(house(), 'requestPasswordReset', { email: person.email, attempt });
      expect([same.body.attempt, (await mailbox.next(person.email, 'reset-code')).code]).toEqual([attempt, code]);
      await door.send(
        house(),
        'changePassword',
        { currentPassword: person.password, newPassword: 'another quiet gate' },
        person.accessToken,
      );
      const again = await door.send(house(), 'requestPasswordReset', { email: person.email, attempt });
      const mail = await mailbox.next(person.email, 'reset-code');
      expect([again.body.attempt, mail.code]).not.toEqual([attempt, code]);
      const proof = { attempt: again.body.attempt, code: mail.code };
      expect((await door.send(house(), 'resetPassword', { ...proof, newPassword })).code).toBeNull();
    });

    it('C7: gives a token that is worth nothing for anything else', async () => {
      const person = await newPerson(house());
      const { attempt, code, token } = await ask(person.email);
      const tries = [
        await door.send(house(), 'verifyEmail', { token }),
        await door.send(house(), 'verifyEmail', { attempt, code }),
        await door.send(house(), 'confirmEmailChange', { token }, person.accessToken),
        await door.send(house(), 'confirmEmailChange', { attempt, code }, person.accessToken),
        await door.send(house(), 'confirmEmailChange', { code }, person.accessToken),
      ];
      expect(tries.map((answer) => answer.code)).toEqual(Array.from({ length: 5 }, () => 'INVALID_CODE'));
      expect((await rowOf(house(), person)).emailVerifiedAt).toBeNull();
      const verify = await mailbox.next(person.email, 'verify-code');
      expect((await door.send(house(), 'resetPassword', { token: verify.token, newPassword })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull();
    });

    it('C8: sends the mail to the address as it is stored', async () => {
      const username = `k${uniqueName()}`;
      const person = await newPerson(house(), { username });
      const spelt = `\u212a${person.email.slice(1).toUpperCase()}`; // a Kelvin sign
      await door.send(house(), 'requestPasswordReset', { email: spelt });
      expect((await mailbox.next(person.email, 'reset-code')).to).toBe(person.email);
      await mailbox.settled(house());
      expect(await mailbox.unread(spelt)).toHaveLength(0);
    });

    it('C10: refuses a token of more than half an hour ago', async () => {
      const person = await newPerson(house());
      const { attempt, code, token } = await ask(person.email);
      house().clock.advance(30 * 60 + 1);
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'resetPassword', { attempt, code, newPassword })).code).toBe('INVALID_CODE');
    });

    it('C12: tells the owner, with a link for "this was not me"', async () => {
      const person = await newPerson(house());
      const { token } = await ask(person.email);
      await door.send(house(), 'resetPassword', { token, newPassword });
      const told = await mailbox.next(person.email, 'password-reset');
      expect([told.code, told.link]).toEqual([null, expect.stringContaining('/account/link/gatehouse_ml_')]);
      const { client } = house().app.services.database;
      const event = await client.auditEvent.findFirstOrThrow({ where: { userId: person.id, event: 'password.reset' } });
      expect(await client.mailToken.count({ where: { purpose: 'DISPUTE', eventId: event.id, userId: person.id } })).toBe(1);
    });

    it('lifts the distrust of a password that others knew', async () => {
      const person = await newPerson(house());
      await write(house(), person, { passwordDistrustedAt: new Date(house().clock.now()) });
      const refused = await door.send(house(), 'login', { username: person.username, password: person.password });
      const { code } = await mailbox.next(person.email, 'reset-code');
      const proof = { attempt: refused.body.attempt, code };
      expect((await door.send(house(), 'resetPassword', { ...proof, newPassword })).code).toBeNull();
      expect((await door.send(house(), 'login', { username: person.username, password: newPassword })).code).toBeNull();
    });

    it('is found by no number of guesses at once: five are judged', async () => {
      const person = await newPerson(house());
      const { attempt, code, token } = await ask(person.email);
      const guess = otherThan(code ?? '');
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => door.send(house(), 'resetPassword', { attempt, code: guess, newPassword })),
      );
      expect(answers.every((answer) => answer.code === 'INVALID_CODE' || answer.code === 'UNAVAILABLE')).toBe(true);
      const row = await house().app.services.database.client.mailToken.findFirstOrThrow({ where: { userId: person.id, purpose: 'RESET' } });
      expect(row.tries).toBe(5);
      expect((await door.send(house(), 'resetPassword', { attempt, code, newPassword })).code).toBe('INVALID_CODE');
      expect((await door.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull();
    });

    it('has decoys that count guesses as real ones do', async () => {
      const { body } = await door.send(house(), 'requestPasswordReset', { email: `${uniqueName()}@example.com` });
      const left = [];
      for (let time = 0; time < 6; time += 1)
        left.push((await door.send(house(), 'resetPassword', { attempt: body.attempt, code: '12345678', newPassword })).body.triesLeft);
      expect(left).toEqual([4, 3, 2, 1, 0, 0]);
    });
  },
  mailbox.environment,
);

onTwoNodes(
  'resetPassword',
  (nodes) => {
    const ask = async (email: string): Promise<string | null> => {
      await rest.send(nodes()[0], 'requestPasswordReset', { email });
      return (await mailbox.next(email, 'reset-code')).token;
    };

    it('C2: ends every session on every node, with one cut in the revocation feed', async () => {
      const person = await newPerson(nodes()[0]);
      const others = [];
      for (let time = 0; time < 199; time += 1) others.push(await anotherDevice(nodes()[time % 2] as House, person));
      nodes()[0].clock.advance(200); // younger sessions are listed one by one
      const token = await ask(person.email);
      const reset = await rest.send(nodes()[1], 'resetPassword', { token, newPassword });
      expect(reset.body).toEqual({ endedSessions: 200 });
      for (const [at, { accessToken, refreshToken }] of [...others, person].entries()) {
        const node = nodes()[at % 2] as House;
        expect((await rest.send(node, 'profile', undefined, accessToken)).body.reason).toBe('REVOKED');
        if (at % 10 === 0) expect((await rest.send(node, 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
      }
      const { client } = nodes()[0].app.services.database;
      expect(await client.revocation.findMany({ where: { id: person.id } })).toHaveLength(1);
    });

    it('C3: lets one of thirty at once set the password', async () => {
      const person = await newPerson(nodes()[0]);
      const token = await ask(person.email);
      const setAtOnce = () =>
        Promise.all(
          Array.from({ length: 30 }, (_, at) =>
            rest.send(nodes()[at % 2] as House, 'resetPassword', { token, newPassword: `${newPassword} ${at}` }),
          ),
        );
      const right: number[] = [];
      // Busy nodes may answer UNAVAILABLE to all of them, and even to the very one whose password they have set.
      await until('one password is set', async () => {
        const codes = (await setAtOnce()).map(({ code }) => code);
        expect(codes.filter((code) => code !== null && code !== 'INVALID_CODE' && code !== 'UNAVAILABLE')).toEqual([]);
        for (const at of codes.keys()) {
          const password = `${newPassword} ${at}`;
          const login = await untilServed(() => rest.send(nodes()[1], 'login', { username: person.username, password }));
          if (login.code === null) right.push(at);
        }
        expect(codes.flatMap((code, at) => (code === null ? [at] : []))).toEqual(codes.includes(null) ? right : []);
        return right.length > 0;
      });
      expect(right).toHaveLength(1);
    });
  },
  { ...mailbox.environment, AUTH_SESSIONS_PER_USER: '500' },
);

onBothDatabases(
  'requestPasswordReset',
  (house) => {
    it('C1: does the same work, and takes as long, for an address that nobody has', async () => {
      const person = await newPerson(house());
      await quieten(house());
      const ask = (email: string) => rest.send(house(), 'requestPasswordReset', { email });
      const statements = (email: string) => statementsOf(house(), ['users', 'mail_tokens', 'mails', 'audit_events'], () => ask(email));
      await statements(person.email); // whatever is made once
      const known = await statements(person.email);
      expect(known).toEqual(expect.arrayContaining(['SELECT users', 'INSERT mail_tokens', 'INSERT mails', 'INSERT audit_events']));
      expect(await statements(`nobody-${person.email}`)).toEqual(known);
      const ratio = await ratioOf(
        60,
        () => ask(person.email),
        (at) => ask(`nobody-${at}-${person.email}`),
      );
      expect(ratio).toBeLessThan(1.6); // generous: the machine is busy; alone it is within 5 %
    });
  },
  mailbox.environment,
);

onBothDatabases(
  'guessing codes and passwords, as a fresh gateway limits it',
  (house) => {
    it('C9: makes a stranger of a known device: it has no tries of its own any more', async () => {
      house().clock.stop();
      const person = await newPerson(house());
      const login = (tried: string, headers: Record<string, string> = {}) =>
        rest.send(house(), 'login', { username: person.username, password: tried }, undefined, headers);
      const known = { 'x-device-token': (await login(person.password)).body.deviceToken };
      await rest.send(house(), 'requestPasswordReset', { email: person.email });
      const { token } = await mailbox.next(person.email, 'reset-code');
      for (let time = 0; time < 5; time += 1) await login('not the garden gate');
      expect((await login('not the garden gate')).code).toBe('RATE_LIMITED');
      expect((await login('not the garden gate', known)).code).toBe('INVALID_CREDENTIALS');
      expect((await rest.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull();
      expect((await login(newPassword, known)).code).toBe('RATE_LIMITED');
      house().clock.advance(15 * 60 + 1);
      const again = await login(newPassword, known);
      expect(again.code).toBeNull();
      expect((await login('not the garden gate', { 'x-device-token': again.body.deviceToken })).code).toBe('INVALID_CREDENTIALS');
    });

    it('is refused after ten of an account from one network, whatever number of mails was asked for', async () => {
      const person = await newPerson(house());
      const codes = [];
      for (let mail = 0; mail < 3; mail += 1) {
        const { body } = await rest.send(house(), 'requestPasswordReset', { email: person.email });
        for (let time = 0; time < 4; time += 1)
          codes.push((await rest.send(house(), 'resetPassword', { attempt: body.attempt, code: '00000000', newPassword })).code);
      }
      expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'INVALID_CODE'));
      expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
      const { token } = await mailbox.next(person.email, 'reset-code');
      expect((await rest.send(house(), 'resetPassword', { token, newPassword })).code).toBeNull(); // a link needs no count
    });
  },
  { ...defaultLimits, ...mailbox.environment },
);
