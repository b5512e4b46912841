import { type Answer, doors, newPerson, type Person, uniqueName, untilServed } from '../support/doors';
import { type House, openHouse, TestClock } from '../support/house';
import { runSql } from '../support/postgresql';
import { copyDatabase } from '../support/stage';
import { openTcpProxy, type TcpProxy } from '../support/tcp.proxy';
import { until } from '../support/until';

/** The promise is 2 s: rest/answer-time.test.ts holds it, with timers of its own. Here an answer comes at all, however busy the machine is. */
const longestMs = 20_000;

const restDoor = doors.find(({ name }) => name === 'REST') as (typeof doors)[number]; // there is one
const password = 'a quiet garden gate';

describe('when PostgreSQL', () => {
  let proxy: TcpProxy;
  let house: House;
  /** A node of the same database with a line of its own, to see and to do what the other one cannot. */
  let witness: House;
  let person: Person;

  beforeAll(async () => {
    const databaseUrl = await copyDatabase('postgresql');
    proxy = await openTcpProxy(databaseUrl);
    const clock = new TestClock();
    house = await openHouse('postgresql', {}, { databaseUrl: proxy.url, clock });
    witness = await openHouse('postgresql', {}, { databaseUrl, clock });
    person = await newPerson(house);
  });
  beforeEach(() => proxy.pass());
  afterAll(async () => {
    proxy.pass();
    await house.close();
    await witness.close();
    await proxy.close();
  });

  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const from = performance.now();
    const result = await work;
    expect(performance.now() - from).toBeLessThan(longestMs);
    return result;
  };

  const expectUnavailable = ({ status, code, headers }: Answer): void => {
    expect([status, code]).toEqual([503, 'UNAVAILABLE']);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  };

  /** Every operation at both doors, at the same time. */
  const everything = (username: string): Promise<Answer>[] =>
    doors.flatMap((door) => [
      door.send(house, 'profile', undefined, person.accessToken),
      door.send(house, 'sessions', undefined, person.accessToken),
      door.send(house, 'login', { username: person.username, password: 'wrong' }),
      door.send(house, 'register', { username: `${username}${door.name}`, email: `${username}@${door.name}.example`, password }),
      door.send(house, 'refresh', { refreshToken: person.refreshToken }),
      door.send(house, 'updateProfile', { name: 'Kate' }, person.accessToken),
      door.send(house, 'changePassword', { currentPassword: password, newPassword: `${password}!` }, person.accessToken),
      door.send(house, 'logout', undefined, person.accessToken),
    ]);

  const profile = (node = house, token = person.accessToken): Promise<Answer> => restDoor.send(node, 'profile', undefined, token);

  const expectRecovered = async (): Promise<void> => {
    proxy.pass();
    // The pool may hold one more line that is dead and that nobody has tried yet: each is tried once.
    let answer = await profile();
    await until('the gateway answers again', async () => {
      answer = await profile();
      return answer.code !== 'UNAVAILABLE';
    });
    expect(answer).toMatchObject({ code: null, body: { id: person.id } });
    const many = Array.from({ length: 20 }, () => untilServed(() => timed(profile())));
    for (const { code } of await Promise.all(many)) expect(code).toBeNull();
    person = await newPerson(house); // and it writes
  };

  it.each(['cut', 'stall'] as const)(
    'meets a line with a %s, every operation is UNAVAILABLE within 2 s and changes nothing, and recovers by itself',
    async (fault) => {
      const { client } = witness.app.services.database;
      const state = async () => [
        await client.user.findUniqueOrThrow({ where: { id: person.id } }),
        await client.session.findMany({ where: { userId: person.id } }),
      ];
      const before = await state();
      const username = uniqueName();
      proxy[fault]();
      const answers = everything(username);
      expect((await timed(fetch(`${house.url}/health`))).status).toBe(200);
      const ready = await timed(fetch(`${house.url}/ready`));
      expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '1']);
      for (const answer of await Promise.all(answers.map(timed))) expectUnavailable(answer);
      expect(await state()).toEqual(before);
      expect(await client.user.count({ where: { username: { startsWith: username } } })).toBe(0);
      await expectRecovered();
      expect((await fetch(`${house.url}/ready`)).status).toBe(200);
    },
  );

  it('is slow, every operation is served', async () => {
    proxy.pass(15);
    const refresh = () => restDoor.send(house, 'refresh', { refreshToken: person.refreshToken });
    for (const ask of [profile, refresh]) expect((await untilServed(() => timed(ask()))).code).toBeNull();
    expect((await newPerson(house)).id).toBeDefined();
    await expectRecovered();
  });

  it.each([
    ['login', (): unknown => ({ username: person.username, password: person.password })],
    ['register', (): unknown => ({ username: uniqueName(), email: `${uniqueName()}@example.com`, password })],
    ['logout', (): unknown => undefined],
  ] as const)('stalls in the middle of a %s, it is UNAVAILABLE within 2 s, and nothing of it is there', async (operation, input) => {
    const { client } = witness.app.services.database;
    const state = async () => [await client.user.findMany(), await client.session.findMany(), await client.auditEvent.count()];
    const before = await state();
    proxy.stallAt('audit_events');
    const token = operation === 'logout' ? person.accessToken : undefined;
    expectUnavailable(await timed(restDoor.send(house, operation, input(), token)));
    proxy.pass();
    expect(await state()).toEqual(before);
    await expectRecovered();
  });

  it('takes 400 ms for every statement, what needs too many of them is UNAVAILABLE within 2 s, and never half of it there', async () => {
    const { client } = witness.app.services.database;
    const username = uniqueName();
    proxy.pass(200);
    const input = { username, email: `${username}@example.com`, password };
    for (const answer of await Promise.all(doors.map((door) => timed(door.send(house, 'register', input))))) expectUnavailable(answer);
    expect((await untilServed(() => timed(profile()))).body.id).toBe(person.id); // one statement
    await expectRecovered();
    const user = await client.user.findUnique({ where: { usernameKey: username }, include: { sessions: true } });
    if (user !== null) expect(user.sessions).not.toHaveLength(0); // the last statement came through, and its answer too late
  });

  it('has every connection taken, the others wait no longer than 2 s, and none is lost', async () => {
    const { database } = house.app.services;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holders = Array.from({ length: 10 }, () =>
      database
        .transaction(async (queries) => {
          await queries.$queryRaw`SELECT 1`;
          await held;
        })
        .catch(() => 'ended'),
    );
    for (const answer of await Promise.all(everything(uniqueName()).map(timed))) expectUnavailable(answer);
    release();
    await Promise.all(holders);
    await expectRecovered();
    expect(proxy.connections()).toBeLessThanOrEqual(11); // the pool, and the line that listens
  });

  it('ends the connections, the next request is served', async () => {
    for (let round = 0; round < 3; round += 1) {
      await witness.app.services.database.client
        .$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
      const answer = await timed(profile());
      expect([null, 'UNAVAILABLE']).toContain(answer.code);
    }
    await expectRecovered();
  });

  it('is read-only, reads are served, writes are UNAVAILABLE and change nothing, and it recovers by itself', async () => {
    const { client } = witness.app.services.database;
    const database = new URL(witness.databaseUrl).pathname.slice(1);
    const switchReadOnly = async (mode: 'on' | 'off') => {
      const elsewhere = new URL('/postgres', witness.databaseUrl).href;
      await runSql(elsewhere, `ALTER DATABASE ${database} SET default_transaction_read_only = ${mode}`);
      await runSql(elsewhere, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`); // what is open keeps its mode
      for (const node of [house, witness])
        await until('the node has new connections', async () => (await profile(node)).code !== 'UNAVAILABLE');
    };
    const username = uniqueName();
    await switchReadOnly('on');
    expect((await untilServed(() => timed(profile()))).body.id).toBe(person.id);
    const isRead = ({ body }: Answer) => body?.id === person.id || body?.sessions !== undefined;
    await until('profile and sessions are read at both doors', async () => {
      const answers = await Promise.all(everything(username).map(timed));
      for (const answer of answers) if (!isRead(answer)) expectUnavailable(answer);
      return answers.filter(isRead).length === 4;
    });
    expect(await client.user.count({ where: { username: { startsWith: username } } })).toBe(0);
    await switchReadOnly('off');
    await expectRecovered();
  });

  it('comes back, a session that another node ended meanwhile is not accepted', async () => {
    const gone = await newPerson(house);
    proxy.stall();
    expect((await untilServed(() => restDoor.send(witness, 'logout', undefined, gone.accessToken))).code).toBeNull();
    const during = await timed(profile(house, gone.accessToken));
    expectUnavailable(during);
    await expectRecovered();
    const after = await untilServed(() => profile(house, gone.accessToken));
    expect(after).toMatchObject({ code: 'UNAUTHENTICATED', body: { reason: 'REVOKED' } });
  });
});
