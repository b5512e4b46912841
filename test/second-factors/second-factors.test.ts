/**
 * TOTP and recovery codes (H of the design): H1 to H14. The arithmetic is in totp.test.ts.
 */

import * as otpauth from 'otpauth';
import { challengeOf, enrol, nextStep, shown } from '../support/authenticator';
import { expectOneRight } from '../support/codes';
import { type Answer, everywhere, logIn, newPerson, type Person, postGraphQL, rest } from '../support/doors';
import { defaultLimits, onBothDatabases, onTwoNodes, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { expectNothingOpens } from '../support/nothing-opens';
import { databaseKinds } from '../support/stage';

const mailbox = createMailbox();
const encodings = ['hex', 'base64', 'base64url'] as const;

everywhere(
  'logging in with a second factor',
  (house, door) => {
    beforeAll(() => house().clock.stop());
    const complete = (input: object) => door.send(house(), 'completeLogin', input);
    const sessionsOf = ({ id }: Person) => house().app.services.database.client.session.count({ where: { userId: id } });

    it('is a right password, a challenge, a code of an app, and then a session (H1)', async () => {
      const kate = await enrol(house());
      nextStep(house());
      const refused = await door.send(house(), 'login', { username: kate.username, password: kate.password });
      expect([refused.status, refused.code]).toEqual([401, 'SECOND_FACTOR_REQUIRED']);
      const logins = { userId: kate.id, event: 'login', outcome: 'refused' };
      const told = await house().app.services.database.client.auditEvent.findMany({ where: logins });
      expect(told.map(({ detail, actor }) => [detail, actor])).toEqual([['second factor', 'anonymous']]);
      expect(refused.body).toMatchObject({ methods: door === rest ? ['totp', 'recovery_code'] : ['TOTP', 'RECOVERY_CODE'] });
      const done = await complete({ challenge: refused.body.challenge, totp: shown(house(), kate.app) });
      expect([done.status, done.code, done.body.session.methods]).toEqual([200, null, ['pwd', 'otp']]);
      const wrong = await door.send(house(), 'login', { username: kate.username, password: 'not the password' });
      expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    });

    it('takes no code twice, not even by another challenge, nor the one that confirmed the app (H2, H3)', async () => {
      const kate = await enrol(house());
      const confirming = shown(house(), kate.app);
      const first = await challengeOf(house(), kate);
      expect((await complete({ challenge: first.body.challenge, totp: confirming })).code).toBe('INVALID_CODE');
      nextStep(house());
      const code = shown(house(), kate.app);
      expect((await complete({ challenge: first.body.challenge, totp: code })).code).toBeNull();
      const second = await challengeOf(house(), kate);
      expect((await complete({ challenge: second.body.challenge, totp: code })).code).toBe('INVALID_CODE');
    });

    it('takes codes of half a minute before and after, and no others (H4)', async () => {
      const codeAfter = async (offset: number) => {
        const kate = await enrol(house());
        house().clock.advance(300);
        const { body } = await challengeOf(house(), kate);
        const { code } = await complete({ challenge: body.challenge, totp: shown(house(), kate.app, offset) });
        return { code, kate, challenge: body.challenge };
      };
      expect([(await codeAfter(-30)).code, (await codeAfter(-60)).code, (await codeAfter(60)).code]).toEqual([
        null,
        'INVALID_CODE',
        'INVALID_CODE',
      ]);
      const ahead = await codeAfter(30);
      expect(ahead.code).toBeNull();
      const again = await challengeOf(house(), ahead.kate);
      const present = shown(house(), ahead.kate.app);
      expect((await complete({ challenge: again.body.challenge, totp: present })).code).toBe('INVALID_CODE'); // the step went forward
    });

    it('begins one session of twenty that come with one code at once (H5)', async () => {
      const kate = await enrol(house());
      nextStep(house());
      const challenges: unknown[] = [];
      for (let count = 0; count < 20; count += 1) challenges.push((await challengeOf(house(), kate)).body.challenge);
      const before = await sessionsOf(kate);
      const code = shown(house(), kate.app);
      const go = (challenge: unknown) => complete({ challenge, totp: code });
      const answers = await Promise.all(challenges.map(go));
      await expectOneRight(
        answers,
        () => go(challenges[0]),
        async () => (await sessionsOf(kate)) - before,
      );
    });

    it('takes a challenge once, for its own user, of the password of then, for ten minutes (H8)', async () => {
      const kate = await enrol(house());
      const lars = await enrol(house());
      nextStep(house());
      const { body } = await challengeOf(house(), kate);
      expect((await complete({ challenge: body.challenge, totp: shown(house(), lars.app) })).code).toBe('INVALID_CODE');
      expect((await complete({ challenge: body.challenge, totp: shown(house(), kate.app) })).code).toBeNull();
      nextStep(house());
      expect((await complete({ challenge: body.challenge, totp: shown(house(), kate.app) })).code).toBe('INVALID_CODE');
      const beforeChange = (await challengeOf(house(), lars)).body.challenge;
      const session = await complete({ challenge: beforeChange, totp: shown(house(), lars.app) });
      const stale = (await challengeOf(house(), lars)).body.challenge;
      const newPassword = 'another garden gate';
      const changed = await rest.send(house(), 'changePassword', { currentPassword: lars.password, newPassword }, session.body.accessToken);
      expect(changed.code).toBeNull();
      nextStep(house());
      expect((await complete({ challenge: stale, totp: shown(house(), lars.app) })).code).toBe('INVALID_CODE');
      const old = (await challengeOf(house(), { ...lars, password: newPassword })).body.challenge;
      house().clock.advance(601);
      expect((await complete({ challenge: old, totp: shown(house(), lars.app) })).code).toBe('INVALID_CODE');
    });

    it('takes a recovery code once, however it is typed, and tells how many are left (H9)', async () => {
      const kate = await enrol(house());
      await mailbox.next(kate.email, 'totp-added');
      const [first = '', second = ''] = kate.recoveryCodes;
      const challenge = async () => (await challengeOf(house(), kate)).body.challenge;
      const typed = first.toLowerCase().replaceAll('-', ' ');
      const done = await complete({ challenge: await challenge(), recoveryCode: typed });
      expect([done.code, done.body.session.methods]).toEqual([null, ['pwd', 'rc']]);
      expect((await complete({ challenge: await challenge(), recoveryCode: first })).code).toBe('INVALID_CODE');
      expect((await complete({ challenge: await challenge(), recoveryCode: second })).code).toBeNull();
      const { body } = await postGraphQL(
        house(),
        '{ me { secondFactors { totp passkeys recoveryCodesLeft } } }',
        {},
        done.body.accessToken,
      );
      expect(body.data.me.secondFactors).toEqual({ totp: true, passkeys: 0, recoveryCodesLeft: 8 });
      expect((await mailbox.next(kate.email, 'recovery-code-used')).text).toMatch(/Codes that are left:\s+[89]/); // two mails of one moment
    });

    it('refuses neither, and both, as an input', async () => {
      const kate = await enrol(house());
      const { body } = await challengeOf(house(), kate);
      for (const input of [{}, { totp: '123456', recoveryCode: kate.recoveryCodes[0] }])
        expect((await complete({ challenge: body.challenge, ...input })).code).toBe('BAD_USER_INPUT');
    });

    it('takes a deletion back with the second factor alone', async () => {
      const kate = await enrol(house());
      const users = house().app.services.database.client.user;
      await users.update({ where: { id: kate.id }, data: { deletesAt: new Date(house().clock.now() + 86_400_000) } });
      const scheduled = await rest.send(house(), 'login', { username: kate.username, password: kate.password });
      expect(scheduled.code).toBe('DELETION_SCHEDULED');
      const next = await complete({ challenge: scheduled.body.challenge });
      expect(next.code).toBe('SECOND_FACTOR_REQUIRED');
      expect((await users.findUniqueOrThrow({ where: { id: kate.id } })).deletesAt).not.toBeNull();
      nextStep(house());
      expect((await complete({ challenge: next.body.challenge, totp: shown(house(), kate.app) })).code).toBeNull();
      expect((await users.findUniqueOrThrow({ where: { id: kate.id } })).deletesAt).toBeNull();
    });

    it('tells the owner of the third wrong code after a right password (ASVS 6.3.5)', async () => {
      const kate = await enrol(house());
      const { body } = await challengeOf(house(), kate);
      for (let time = 0; time < 3; time += 1)
        expect((await complete({ challenge: body.challenge, totp: '000000' })).code).toBe('INVALID_CODE');
      expect((await mailbox.next(kate.email, 'second-factor-refused')).text).toContain(kate.username);
      const events = await house().app.services.database.client.auditEvent.findMany({
        where: { userId: kate.id, event: 'second_factor.refused' },
      });
      expect(events.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    });
  },
  mailbox.environment,
);

everywhere(
  'guessing a second factor',
  (house, door) => {
    beforeAll(() => house().clock.stop());

    it('has to wait after five, and not where the owner has been before (H6)', async () => {
      const kate = await enrol(house());
      nextStep(house());
      const before = (await challengeOf(house(), kate)).body.challenge;
      const { deviceToken } = (await door.send(house(), 'completeLogin', { challenge: before, totp: shown(house(), kate.app) })).body;
      nextStep(house());
      const { body } = await challengeOf(house(), kate);
      const complete = (totp: string, headers = {}) =>
        door.send(house(), 'completeLogin', { challenge: body.challenge, totp }, undefined, headers);
      for (let time = 0; time < 5; time += 1) expect((await complete('000000')).code).toBe('INVALID_CODE');
      const limited = await complete(shown(house(), kate.app));
      expect([limited.status, limited.code]).toEqual([429, 'RATE_LIMITED']);
      const known = await complete(shown(house(), kate.app), { 'x-device-token': deviceToken });
      expect(known.code).toBeNull();
    });
  },
  defaultLimits,
);

everywhere('adding an authenticator app', (house, door) => {
  beforeAll(() => house().clock.stop());
  const rows = () => house().app.services.database.client;

  it('changes nothing before it is confirmed, and starting again makes the first secret worthless (H13)', async () => {
    const kate = await newPerson(house());
    const first = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    expect(first.body.qrCode).toMatch(/^<svg /);
    expect(first.body.uri).toContain(`secret=${first.body.secret}&issuer=gatehouse.test&algorithm=SHA1&digits=6&period=30`);
    const second = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    await logIn(house(), kate);
    const codeOf = ({ body }: Answer) => shown(house(), otpauth.URI.parse(body.uri) as otpauth.TOTP);
    expect((await door.send(house(), 'confirmTotp', { code: codeOf(first) }, kate.accessToken)).code).toBe('INVALID_CODE');
    expect((await door.send(house(), 'confirmTotp', { code: codeOf(second) }, kate.accessToken)).code).toBeNull();
  });

  it('that is confirmed while a password is judged leaves that password no proof', async () => {
    const kate = await newPerson(house());
    const started = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    const { hasher } = house().app.services;
    const { verify } = hasher;
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const judging = new Promise<void>((begun) => {
      jest.spyOn(hasher, 'verify').mockImplementationOnce(async (...asked) => {
        begun();
        await held;
        return verify(...asked);
      });
    });
    const proving = door.send(house(), 'reauthenticate', { password: kate.password }, kate.accessToken);
    await judging;
    const code = shown(house(), otpauth.URI.parse(started.body.uri) as otpauth.TOTP);
    expect((await door.send(house(), 'confirmTotp', { code }, kate.accessToken)).code).toBeNull();
    letGo();
    expect((await proving).code).toBe('REAUTHENTICATION_REQUIRED');
  });

  it('is confirmed once, of any number at once', async () => {
    const kate = await newPerson(house());
    const started = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    const code = shown(house(), otpauth.URI.parse(started.body.uri) as otpauth.TOTP);
    const go = () => door.send(house(), 'confirmTotp', { code }, kate.accessToken);
    const answers = await Promise.all(Array.from({ length: 4 }, go));
    await expectOneRight(answers, go, async () => (await rows().recoveryCode.count({ where: { userId: kate.id } })) / 10);
  });

  it('leaves the old app in use until the new one is confirmed, and the recovery codes as they are', async () => {
    const kate = await enrol(house());
    const started = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    nextStep(house());
    const { body } = await challengeOf(house(), kate);
    expect((await door.send(house(), 'completeLogin', { challenge: body.challenge, totp: shown(house(), kate.app) })).code).toBeNull();
    const next = otpauth.URI.parse(started.body.uri) as otpauth.TOTP;
    const confirmed = await door.send(house(), 'confirmTotp', { code: shown(house(), next) }, kate.accessToken);
    expect([confirmed.code, confirmed.body.recoveryCodes]).toEqual([null, []]);
    nextStep(house());
    const again = (await challengeOf(house(), kate)).body.challenge;
    expect((await door.send(house(), 'completeLogin', { challenge: again, totp: shown(house(), kate.app) })).code).toBe('INVALID_CODE');
    expect((await door.send(house(), 'completeLogin', { challenge: again, totp: shown(house(), next) })).code).toBeNull();
  });

  it('ends the other sessions where that is asked for', async () => {
    const kate = await newPerson(house());
    const other = await logIn(house(), kate);
    const started = await door.send(house(), 'startTotp', undefined, kate.accessToken);
    const code = shown(house(), otpauth.URI.parse(started.body.uri) as otpauth.TOTP);
    const { body } = await door.send(house(), 'confirmTotp', { code, endOtherSessions: true }, kate.accessToken);
    expect(body).toMatchObject({ endedSessions: 1 });
    expect((await rest.send(house(), 'profile', undefined, other.accessToken)).code).toBe('UNAUTHENTICATED');
    expect((await rest.send(house(), 'profile', undefined, kate.accessToken)).code).toBeNull();
  });

  it('needs a fresh session, as removing it and new recovery codes do', async () => {
    const kate = await enrol(house());
    house().clock.advance(601);
    for (const [operation, input] of [
      ['startTotp', undefined],
      ['confirmTotp', { code: '123456' }],
      ['removeTotp', undefined],
      ['renewRecoveryCodes', undefined],
    ] as const) {
      const { status, code } = await door.send(house(), operation, input, kate.accessToken);
      expect([operation, status, code]).toEqual([operation, 401, 'REAUTHENTICATION_REQUIRED']);
    }
  });

  it('is taken back by removeTotp: the password alone opens the account then, and no recovery code is left', async () => {
    const kate = await enrol(house());
    expect((await door.send(house(), 'removeTotp', undefined, kate.accessToken)).code).toBeNull();
    await logIn(house(), kate);
    expect(await rows().recoveryCode.count({ where: { userId: kate.id } })).toBe(0);
    expect((await door.send(house(), 'renewRecoveryCodes', undefined, kate.accessToken)).code).toBe('FORBIDDEN');
  });

  it('has recovery codes that can be renewed: the earlier ones are refused then (H10)', async () => {
    const kate = await enrol(house());
    const { body } = await door.send(house(), 'renewRecoveryCodes', undefined, kate.accessToken);
    expect(body.recoveryCodes).toHaveLength(10);
    const challenge = (await challengeOf(house(), kate)).body.challenge;
    const use = (recoveryCode: string) => door.send(house(), 'completeLogin', { challenge, recoveryCode });
    expect((await use(kate.recoveryCodes[0] ?? '')).code).toBe('INVALID_CODE');
    expect((await use(body.recoveryCodes[0])).code).toBeNull();
  });

  it('makes a session fresh by the second factor, and not by the password alone (G5), each code once (G11)', async () => {
    const kate = await enrol(house());
    house().clock.advance(601);
    const prove = (input: object) => door.send(house(), 'reauthenticate', input, kate.accessToken);
    const refused = await prove({ password: kate.password });
    expect([refused.code, refused.body.methods.length]).toEqual(['REAUTHENTICATION_REQUIRED', 2]);
    const totp = shown(house(), kate.app);
    expect((await prove({ totp })).code).toBeNull();
    expect((await prove({ totp })).code).toBe('INVALID_CODE');
    expect((await prove({ recoveryCode: kate.recoveryCodes[3] })).code).toBeNull();
    expect((await door.send(house(), 'removeTotp', undefined, kate.accessToken)).code).toBeNull();
  });

  it('keeps no secret and no code in the database (H11)', async () => {
    const kate = await enrol(house());
    const raw = Buffer.from(kate.app.secret.buffer);
    const dump = JSON.stringify([await rows().totp.findMany(), await rows().recoveryCode.findMany()]);
    const codes = kate.recoveryCodes.flatMap((code) => [code, code.replaceAll('-', '')]);
    const plain = [kate.secret, ...codes];
    const canaries = [raw, ...plain.map((text) => Buffer.from(text))].flatMap((bytes) => encodings.map((as) => bytes.toString(as)));
    const small = dump.toLowerCase();
    for (const canary of [...plain, ...canaries]) expect(small).not.toContain(canary.toLowerCase());
    expect(dump).toContain(kate.id); // it is a dump of hers
  });
});

everywhere(
  'adding an authenticator app to an account whose address was never proved',
  (house, door) => {
    it('is refused where addresses are to be proved (B10)', async () => {
      const kate = await newPerson(house());
      expect((await door.send(house(), 'startTotp', undefined, kate.accessToken)).code).toBe('EMAIL_NOT_VERIFIED');
    });
  },
  { AUTH_EMAIL_VERIFICATION: 'on', ...mailbox.environment },
);

onBothDatabases('with nothing but a challenge', (house) => {
  beforeAll(() => house().clock.stop());

  it('no operation lets anybody in (H7)', async () => {
    const kate = await enrol(house());
    const answer = await challengeOf(house(), kate);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.text).not.toMatch(/gatehouse_rt_|ghr_|eyJ|access/);
    const token = answer.body.challenge;
    await expectNothingOpens(house(), token);
  });

  it('fifteen aliases of completeLogin are one too many (H14)', async () => {
    const aliases = Array.from(
      { length: 15 },
      (_, n) => `a${n}: completeLogin(input: { challenge: "x", totp: "00000${n % 10}" }) { tokenType }`,
    );
    const { body } = await postGraphQL(house(), `mutation { ${aliases.join(' ')} }`);
    expect(body.errors[0].extensions.code).toBe('MUTATION_REPEATED');
  });
});

onTwoNodes('a second factor', (nodes) => {
  it('counts once, whichever node is shown it (H2)', async () => {
    const [first, second] = nodes();
    first.clock.stop();
    const kate = await enrol(first);
    nextStep(first);
    const [one, other] = [(await challengeOf(first, kate)).body.challenge, (await challengeOf(second, kate)).body.challenge];
    const totp = shown(first, kate.app);
    const answers = await Promise.all([
      rest.send(first, 'completeLogin', { challenge: one, totp }),
      rest.send(second, 'completeLogin', { challenge: other, totp }),
    ]);
    expect(answers.map(({ code }) => code).sort()).toEqual(['INVALID_CODE', null]);
  });
});

describe.each(databaseKinds)('a change of AUTH_SECRET, on %s', (kind) => {
  it('locks nobody out: codes are sealed again under the new one, and recovery codes need none (H12)', async () => {
    const [older, newer, foreign] = ['o', 'n', 'f'].map(
      (letter) => letter.repeat(16) + Buffer.from(`${letter}${kind}`.repeat(8)).toString('base64'),
    );
    const first = await openHouse(kind, { AUTH_SECRET: older ?? '' });
    first.clock.stop();
    const kate = await enrol(first);
    await first.app.services.jobs.close();
    const rotated = await openHouse(kind, { AUTH_SECRET: `${newer},${older}` }, first);
    const { secret } = await rotated.app.services.database.client.totp.findUniqueOrThrow({ where: { userId: kate.id } });
    const { resealTotpSecrets } = await import('../../src/second-factors/reseal.job');
    await resealTotpSecrets(rotated.app.services.database, rotated.app.services.secrets).run({ renew: async () => true });
    const after = await rotated.app.services.database.client.totp.findUniqueOrThrow({ where: { userId: kate.id } });
    expect(after.secret).not.toBe(secret);
    const { openTotpSecret } = await import('../../src/second-factors/codes/totp-secret');
    const { createSecrets } = await import('../../src/secrets');
    const opened = (secrets: string) => openTotpSecret(after.secret ?? '', kate.id, createSecrets([secrets]));
    expect([opened(newer ?? '')?.equals(Buffer.from(kate.app.secret.buffer)), opened(older ?? ''), opened(foreign ?? '')]).toEqual([
      true,
      null,
      null,
    ]);
    nextStep(rotated);
    const challenge = (await challengeOf(rotated, kate)).body.challenge;
    expect((await rest.send(rotated, 'completeLogin', { challenge, totp: shown(rotated, kate.app) })).code).toBeNull();
    for (const house of [rotated, first]) await house.close();
  });
});
