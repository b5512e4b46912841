import { randomUUID } from 'node:crypto';
import { readChallenge, writeChallenge } from '../../src/admission/login-challenge';
import { features } from '../../src/features';
import { createSecrets } from '../../src/secrets';
import { enrol } from '../support/authenticator';
import { type Answer, everywhere, logIn, newPerson, type Person, rest } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { plainClient } from '../support/proof';

const mailbox = createMailbox();

const inDays = (house: House, days: number): Date => new Date(house.clock.now() + days * 24 * 60 * 60 * 1000);

/** What an operation of its own does to an account: here it is only what stands in the row. */
const write = async (house: House, { id }: Pick<Person, 'id'>, data: object) => {
  const { database } = house.app.services;
  await database.transaction(async (queries) => {
    await queries.user.update({ where: { id }, data });
    await database.notices.publish(queries, 'user', [id]);
  });
};

const schedule = async (house: House, person: Person, days = 30): Promise<void> =>
  write(house, person, { deletesAt: inDays(house, days), generation: { increment: 1 } });

/** What the audit says of log-ins whose credential was right and that began no session. */
const refusedLogins = async (house: House, { id: userId }: Pick<Person, 'id'>): Promise<unknown[]> => {
  const where = { userId, event: 'login', outcome: 'refused' };
  return (await house.app.services.database.client.auditEvent.findMany({ where })).map(({ detail, actor }) => [detail, actor]);
};

const challengeOf = async (house: House, { username, password }: Person): Promise<string> => {
  const { code, body } = await rest.send(house, 'login', { username, password });
  expect(code).toBe('DELETION_SCHEDULED');
  return body.challenge;
};

everywhere('login, to an account that is to be deleted', (house, door) => {
  it('says so to whoever knows the password, and to nobody else', async () => {
    const person = await newPerson(house());
    await schedule(house(), person);
    const right = await door.send(house(), 'login', { username: person.username, password: person.password });
    expect([right.status, right.code]).toEqual([403, 'DELETION_SCHEDULED']);
    expect(right.body.challenge).toMatch(/^gatehouse_lc_[\w-]{104}$/);
    expect(new Date(right.body.deletesAt).getTime()).toBeGreaterThan(house().clock.now());
    expect(await refusedLogins(house(), person)).toEqual([['deletion', 'anonymous']]);
    const wrong = await door.send(house(), 'login', { username: person.username, password: 'not the password' });
    expect([wrong.status, wrong.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(await house().app.services.database.client.session.count({ where: { userId: person.id } })).toBe(1); // that of registering
  });

  it('is refused as a wrong password once the moment is over', async () => {
    const person = await newPerson(house());
    await schedule(house(), person, -1);
    const { code } = await door.send(house(), 'login', { username: person.username, password: person.password });
    expect(code).toBe('INVALID_CREDENTIALS');
  });
});

everywhere('completeLogin', (house, door) => {
  const rowOf = (person: Person) => house().app.services.database.client.user.findUniqueOrThrow({ where: { id: person.id } });

  it('takes the deletion back, and begins a session', async () => {
    const person = await newPerson(house());
    await schedule(house(), person);
    const challenge = await challengeOf(house(), person);
    const answer = await door.send(house(), 'completeLogin', { challenge });
    expect([answer.status, answer.code]).toEqual([200, null]);
    expect(answer.body.session.methods).toEqual(['pwd']);
    expect((await rowOf(person)).deletesAt).toBeNull();
    const events = await house().app.services.database.client.auditEvent.findMany({ where: { userId: person.id }, orderBy: { at: 'asc' } });
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['account.deletion_cancelled', 'login']));
    await logIn(house(), person);
  });

  it('takes a challenge once, of any number of callers', async () => {
    const person = await newPerson(house());
    await schedule(house(), person);
    const challenge = await challengeOf(house(), person);
    const answers: Answer[] = await Promise.all(Array.from({ length: 10 }, () => door.send(house(), 'completeLogin', { challenge })));
    expect(answers.filter(({ code }) => code === null)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === 'INVALID_CODE')).toHaveLength(9);
  });

  it('refuses one of ten minutes ago', async () => {
    const person = await newPerson(house());
    await schedule(house(), person);
    const challenge = await challengeOf(house(), person);
    house().clock.advance(601);
    expect((await door.send(house(), 'completeLogin', { challenge })).code).toBe('INVALID_CODE');
    expect((await rowOf(person)).deletesAt).not.toBeNull();
  });

  it('refuses one of before a password change, a disabling or a reset', async () => {
    const person = await newPerson(house());
    await schedule(house(), person);
    const challenge = await challengeOf(house(), person);
    await write(house(), person, { generation: { increment: 1 } });
    expect((await door.send(house(), 'completeLogin', { challenge })).code).toBe('INVALID_CODE');
  });

  it('refuses what is none, without a query', async () => {
    const before = house().queries.length;
    for (const challenge of ['', 'gatehouse_lc_', `gatehouse_lc_${'A'.repeat(104)}`, 'x'.repeat(1_000)])
      expect((await door.send(house(), 'completeLogin', { challenge })).code).toBe('INVALID_CODE');
    expect(house().queries.length).toBe(before);
  });

  it('refuses a proof that was not asked for', async () => {
    const { code } = await door.send(house(), 'completeLogin', { challenge: 'x', pin: 'x' });
    expect(code).toBe('BAD_USER_INPUT');
  });
});

everywhere(
  'login, where addresses have to be proved',
  (house, door) => {
    const unproved = async (): Promise<Person> => {
      const username = `v${randomUUID().slice(0, 12)}`;
      const input = { username, email: `${username}@example.com`, password: 'a quiet garden gate' };
      const user = await house().app.services.accounts.create(input);
      return { ...input, id: user.id, sessionId: '', accessToken: '', refreshToken: '' };
    };

    it('B6: says so to whoever knows the password, with an attempt, and to nobody else', async () => {
      const person = await unproved();
      const right = await door.send(house(), 'login', { username: person.username, password: person.password });
      expect([right.status, right.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
      expect(right.body.attempt).toMatch(/^gatehouse_ma_[\w-]{64}$/);
      expect(await refusedLogins(house(), person)).toEqual([['unproved', 'anonymous']]);
      const wrong = await door.send(house(), 'login', { username: person.username, password: 'not the password' });
      const unknown = await door.send(house(), 'login', { username: 'nobody-of-that-name', password: 'not the password' });
      // But for the request's own id, and for what is left of the network's tries.
      const bytes = ({ text, body }: Answer): string => text.replace(body.requestId, '').replace(/,"extensions":\{"rateLimit":.*$/s, '');
      expect([wrong.code, bytes(wrong)]).toEqual(['INVALID_CREDENTIALS', bytes(unknown)]);
    });

    it('sends no mail for each try', async () => {
      const person = await unproved();
      const attempts = new Set<string>();
      for (let time = 0; time < 4; time += 1)
        attempts.add((await door.send(house(), 'login', { username: person.username, password: person.password })).body.attempt);
      expect(attempts.size).toBe(1);
      await mailbox.settled(house());
      expect((await mailbox.unread(person.email)).map(({ kind }) => kind)).toEqual(['verify-code']);
    });
  },
  { AUTH_EMAIL_VERIFICATION: 'required', ...mailbox.environment },
);

everywhere('login, with a password that others know', (house, door) => {
  it('leads to a reset, and gives no session', async () => {
    const person = await newPerson(house());
    await write(house(), person, { passwordDistrustedAt: inDays(house(), 0) });
    const { status, code, body } = await door.send(house(), 'login', { username: person.username, password: person.password });
    expect([status, code]).toEqual([403, 'PASSWORD_RESET_REQUIRED']);
    expect(body.attempt).toMatch(/^gatehouse_ma_/);
    expect(await refusedLogins(house(), person)).toEqual([['distrusted', 'anonymous']]);
    expect(await house().app.services.database.client.session.count({ where: { userId: person.id } })).toBe(1);
  });
});

onBothDatabases('an admission', (house) => {
  it('judges again what stands in the way, once the credential is used up: what went with it asks for nothing', async () => {
    const kate = await enrol(house());
    const { admission, database } = house().app.services;
    const user = await database.client.user.findUniqueOrThrow({ where: { id: kate.id } });
    const entry = { requester: plainClient(), delivery: 'BODY', methods: ['mail'] } as const;
    await expect(admission.admit(user, { ...entry, change: async () => user })).rejects.toMatchObject({ code: 'SECOND_FACTOR_REQUIRED' });
    const { value } = await admission.admit(user, {
      ...entry,
      change: async (queries) => {
        await queries.totp.deleteMany({ where: { userId: kate.id } });
        return user;
      },
    });
    expect(value.session.methods).toEqual(['mail']);
  });

  it.each(['login', 'loginWithCode', 'completeLogin'])('may refuse %s in ways that its documents name', (name) => {
    const { failures } = features.operations.find((operation) => operation.name === name) ?? {};
    expect(failures).toEqual(expect.arrayContaining(['INVALID_CREDENTIALS', 'DELETION_SCHEDULED', 'SECOND_FACTOR_REQUIRED']));
  });
});

describe('a challenge', () => {
  const secrets = createSecrets(['a secret of 32 bytes at the least, as it is']);
  const clock = { now: () => 1_800_000_000_000 };
  const content = { kind: 'deletion', userId: randomUUID(), generation: 70_000, methods: ['pwd', 'otp'] } as const;

  it('says what it was made of', () => {
    const { challenge, expiresAt } = writeChallenge(content, secrets, clock);
    expect(readChallenge(challenge, secrets, clock)).toEqual({ ...content, expiresAt, name: challenge, identity: null });
    expect(expiresAt.getTime()).toBe(clock.now() + 600_000);
  });

  it('is refused with any bit flipped', () => {
    const { challenge } = writeChallenge(content, secrets, clock);
    const bytes = Buffer.from(challenge.slice('gatehouse_lc_'.length), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readChallenge(`gatehouse_lc_${forged.toString('base64url')}`, secrets, clock)).toBeNull();
    }
  });
});
