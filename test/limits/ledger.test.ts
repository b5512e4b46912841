import { createAuditService } from '../../src/audit/audit.service';
import { type Database, openDatabase, type Statements } from '../../src/database/database';
import { Failure } from '../../src/errors';
import type { Attempt } from '../../src/limits/attempt';
import { createKnownWaits } from '../../src/limits/known-waits';
import { createLedger, type Ledger } from '../../src/limits/ledger.service';
import type { Limit } from '../../src/limits/limits';
import { releasingUnlessJudged } from '../../src/limits/reservation';
import { createLogger } from '../../src/log';
import { createSecrets } from '../../src/secrets';
import { TestClock, testSecret } from '../support/house';
import { plainClient } from '../support/proof';
import { copyDatabase, databaseKinds } from '../support/stage';

const limitOf = (name: string, free: number): Limit => ({
  name,
  free,
  windowSeconds: 900,
  firstWaitSeconds: 30,
  longestWaitSeconds: 600,
  isEmptiedByRight: name === 'narrow',
});
const [narrow, middle, wide] = [limitOf('narrow', 2), limitOf('middle', 10), limitOf('wide', 10)];
const attempts: readonly Attempt[] = [
  { limit: narrow, subject: 'kate here' },
  { limit: middle, subject: 'here' },
  { limit: wide, subject: 'kate', account: { tried: 'kate' } },
];
/** How long a node goes by what it knows to wait. */
const rememberedMs = 5_000;
const refused = { code: 'RATE_LIMITED' };
const spanMs = 10_000;
const runsOutMs = 2 * spanMs;

describe.each(databaseKinds)('the ledger of attempts, on %s', (kind) => {
  let database: Database;
  let clock: TestClock;
  let ledger: Ledger;
  const requester = plainClient();
  const openLedger = (over: Partial<Database> = {}, at = clock) => {
    const secrets = createSecrets([testSecret]);
    const logger = createLogger('silent', { write: () => {} });
    const around = { ...database, ...over };
    return createLedger({ database: around, audit: createAuditService({ database, secrets, clock: at, logger }), secrets, clock: at });
  };
  /** Changes what the ledger's statements do. */
  const openLedgerOver = (change: (statements: Statements) => Statements) =>
    openLedger({
      inOrder: (work) => database.inOrder((statements) => work(change(statements))),
      together: (works) => database.together(works.map((work) => (statements) => work(change(statements)))),
    });
  /** How many tries are counted, and how many are under way, in each bucket; in no order that means anything. */
  const buckets = async () =>
    (await database.client.attempt.findMany())
      .map(({ used, reserved, reservedBefore }) => ({ used, underWay: reserved + reservedBefore }))
      .sort((left, right) => right.used - left.used);
  const wrong = async (of = attempts) => (await ledger.reserve(of, requester)).count();

  beforeEach(async () => {
    database = await openDatabase(await copyDatabase(kind));
    clock = new TestClock();
    clock.stop();
    ledger = openLedger();
  });
  afterEach(() => database.close());

  it('asks the narrowest bucket first, and what that refuses has touched no wider one', async () => {
    for (let time = 0; time < 2; time += 1) await wrong();
    for (let time = 0; time < 20; time += 1) await expect(openLedger().reserve(attempts, requester)).rejects.toMatchObject(refused);
    expect(await buckets()).toEqual(Array(3).fill({ used: 2, underWay: 0 }));
  });

  it('tells limits with the same subject apart', async () => {
    for (let time = 0; time < 2; time += 1) await wrong([{ limit: narrow, subject: 'kate' }]);
    await expect(wrong([{ limit: narrow, subject: 'kate' }])).rejects.toMatchObject(refused);
    await wrong([{ limit: wide, subject: 'kate' }]);
    expect(await buckets()).toEqual([
      { used: 2, underWay: 0 },
      { used: 1, underWay: 0 },
    ]);
  });

  it('gives back what was granted when a wider bucket refuses', async () => {
    for (let time = 0; time < 10; time += 1) await wrong([{ limit: wide, subject: 'kate' }]);
    await expect(openLedger().reserve(attempts, requester)).rejects.toMatchObject(refused);
    expect(await buckets()).toEqual([{ used: 10, underWay: 0 }]);
  });

  it('gives back what was granted when a wider bucket cannot be asked', async () => {
    let asked = 0;
    const failing = openLedgerOver((statements) => ({
      ...statements,
      rows: async (sql, ...values) => {
        asked += 1;
        if (asked === 3) throw new Failure('UNAVAILABLE');
        return statements.rows(sql, ...values);
      },
    }));
    await expect(failing.reserve(attempts, requester)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect([asked, await buckets()]).toEqual([3, []]);
  });

  it.each([new Failure('UNAVAILABLE'), new Error('a defect')])('gives back a try that was never judged: %s', async (error) => {
    const reservation = await ledger.reserve(attempts, requester);
    expect(await buckets()).toEqual(Array(3).fill({ used: 0, underWay: 1 }));
    await expect(releasingUnlessJudged(reservation, () => Promise.reject(error))).rejects.toBe(error);
    expect(await buckets()).toEqual([]);
  });

  it('lets a right try empty its own bucket, and count in none', async () => {
    await wrong();
    await (await ledger.reserve(attempts, requester)).forgive();
    expect(await buckets()).toEqual(Array(2).fill({ used: 1, underWay: 0 }));
  });

  it.each([20, 59])(
    'lets no more than twice as many be under way on two nodes in turn, of which one is %j s ahead',
    async (aheadSeconds) => {
      const ahead = new TestClock();
      ahead.stop();
      ahead.advance((clock.now() - ahead.now()) / 1000 + aheadSeconds);
      const nodes = [ledger, openLedger({}, ahead)];
      let granted = 0;
      const grant = () => {
        granted += 1;
      };
      for (let time = 0; time < 10; time += 1) for (const node of nodes) await node.reserve(attempts, requester).then(grant, () => {});
      expect(granted).toBeLessThanOrEqual(2 * narrow.free);
    },
  );

  it('lets no more be under way than are free, and one alone after a wait', async () => {
    const inFlight = { ...refused, details: { retryAfterSeconds: 1 } };
    const [first, second] = [await ledger.reserve(attempts, requester), await ledger.reserve(attempts, requester)];
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject(inFlight);
    await first.release();
    await (await ledger.reserve(attempts, requester)).count();
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject(inFlight);
    await second.count();
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject({ ...refused, details: { retryAfterSeconds: 30 } });
    clock.advance(30);
    const alone = await ledger.reserve(attempts, requester);
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject(inFlight);
    await alone.release(); // the wait before it was over, and is over again
    await (await ledger.reserve(attempts, requester)).count();
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject({ ...refused, details: { retryAfterSeconds: 60 } });
  });

  it('lets a reservation that nobody settles run out within seconds, also in a bucket that is busy', async () => {
    await ledger.reserve(attempts, requester); // its process is killed
    for (let passed = 0; passed < runsOutMs; passed += 5_000) {
      clock.advance(5);
      await (await ledger.reserve(attempts, requester)).release();
    }
    expect(await buckets()).toEqual([]);
  });

  it('holds a reservation for as long as a hash may take', async () => {
    await ledger.reserve(attempts, requester);
    await ledger.reserve(attempts, requester);
    clock.advance(spanMs / 1000);
    await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject(refused);
  });

  it('counts a try whose reservation has run out, and takes nothing from a later one', async () => {
    const [late, unheard] = [await ledger.reserve(attempts, requester), await ledger.reserve(attempts, requester)];
    clock.advance(runsOutMs / 1000);
    await ledger.reserve(attempts, requester);
    await late.count();
    await unheard.release();
    expect(await buckets()).toEqual(Array(3).fill({ used: 1, underWay: 1 }));
  });

  it('takes nothing from a newer window when a try of the one before is given back', async () => {
    const old = await ledger.reserve(attempts, requester);
    clock.advance(901);
    await wrong();
    await old.release();
    expect(await buckets()).toEqual(Array(3).fill({ used: 1, underWay: 0 }));
  });

  it('takes a wait that no clock of now could have set for over, and none that one could', async () => {
    clock.advance(365 * 86_400);
    for (let time = 0; time < 2; time += 1) await wrong();
    clock.advance(-365 * 86_400);
    await wrong();
    await wrong();
    clock.advance(-10);
    await expect(openLedger().reserve(attempts, requester)).rejects.toMatchObject(refused);
  });

  it('makes few reservations at once, and none for a client that has gone away while it waited', async () => {
    let [now, most, begun] = [0, 0, 0];
    const counting = openLedger({
      inOrder: async (work) => {
        [now, begun] = [now + 1, begun + 1];
        most = Math.max(most, now);
        return database.inOrder(work).finally(() => {
          now -= 1;
        });
      },
    });
    const tries = Array.from({ length: 40 }, (_, number) =>
      counting.reserve([{ limit: wide, subject: String(number) }], { ...requester, isGone: () => number >= 20 }).then(
        () => 'granted',
        (error: Failure) => error.code,
      ),
    );
    expect(await Promise.all(tries)).toEqual([...Array(20).fill('granted'), ...Array(20).fill('UNAVAILABLE')]);
    expect([most, begun]).toEqual([4, 20]);
  });

  it('looks up for whom a try is in the turn of its network: those of a flood do not stand before the others', async () => {
    const asked: string[] = [];
    const tryFrom = (ipAddress: string, name: string) =>
      ledger.reserve(
        async () => {
          asked.push(name);
          return [{ limit: wide, subject: name }];
        },
        { ...requester, ipAddress },
      );
    const flood = Array.from({ length: 100 }, (_, number) => tryFrom('198.51.100.7', `guess ${number}`));
    await Promise.all([...flood, tryFrom('203.0.113.7', 'owner')]);
    expect(asked).toHaveLength(101);
    expect(asked.indexOf('owner')).toBeLessThan(10);
  });

  it('refuses what it knows to wait without a statement, for a few seconds; an operator who deletes the row is heard then', async () => {
    let statements = 0;
    ledger = openLedgerOver((inside) => {
      statements += 1;
      return inside;
    });
    await wrong();
    await wrong();
    const before = statements;
    for (let time = 0; time < 10; time += 1) await expect(ledger.reserve(attempts, requester)).rejects.toMatchObject(refused);
    expect(() => ledger.refuseKnown(attempts)).toThrow(expect.objectContaining(refused));
    expect(statements).toBe(before);
    await database.client.attempt.deleteMany();
    clock.advance(rememberedMs / 1000);
    await ledger.reserve(attempts, requester);
  });
});

describe('what a node knows to wait', () => {
  const clock = new TestClock();
  clock.stop();

  it('is bounded: the one that was asked for longest ago is forgotten', () => {
    const waits = createKnownWaits(clock);
    for (let number = 0; number <= 10_000; number += 1) waits.note(String(number), clock.now() + 1_000);
    expect([waits.find('0'), waits.find('1')]).toEqual([null, clock.now() + 1_000]);
  });

  it('ends with the wait, and when the clock is set back', () => {
    const waits = createKnownWaits(clock);
    waits.note('a', clock.now() + 1_000);
    clock.advance(0.999);
    expect(waits.find('a')).not.toBeNull();
    clock.advance(0.001);
    expect(waits.find('a')).toBeNull();
    waits.note('b', clock.now() + 60_000);
    clock.advance(-1);
    expect(waits.find('b')).toBeNull();
  });
});
