import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Statements } from '../database/database';
import { type BucketState, countAttempt, readBucket, releaseAttempt, reserveAttempt } from '../database/queries/attempt.query';
import { Failure } from '../errors';
import { networksOf } from '../network';
import { createFairQueue } from '../queues/fair-queue';
import type { Requester } from '../requester';
import { hmacSha256, type Secrets } from '../secrets';
import type { Attempt } from './attempt';
import { createKnownWaits } from './known-waits';
import { waitsOf } from './limits';
import type { LimitsEvent } from './limits.events';
import { type AskedBucket, secondsUntil, statusOf } from './rate-limit-status';

/**
 * The one ledger of attempts, for every door, node and spelling: a row a bucket in the database, changed in single atomic statements.
 *
 * 1. A try asks for a place in one bucket after another, the narrowest first, and stops at the first that has none:
 *    what is refused has touched no wider bucket, so that a flood from one network leaves an account's own bucket alone.
 * 2. A place is reserved before the work, so that parallel guesses cannot get past a limit; it is settled after the work.
 * 3. Whatever fails, what was reserved is given back; and what nobody gives back runs out by itself within seconds.
 * 4. What is known to wait is refused out of bounded memory.
 *
 * See docs/decisions/020-attempts-ledger.md.
 */
export interface Ledger {
  /**
   * Reserves a place in every bucket: `attempts` stand with the narrowest first. The client is told of the tightest. Where a look-up tells which they
   * are, it is made in the client's turn: those of a flood would stand in the pool before everybody else's.
   * @throws {Failure} RATE_LIMITED when one has none, UNAVAILABLE
   */
  readonly reserve: (attempts: Attempts, requester: Requester) => Promise<Reservation>;
  /** Reserves and counts, for what costs a try whatever comes of it. @throws {Failure} RATE_LIMITED, UNAVAILABLE */
  readonly take: (attempts: readonly Attempt[], requester: Requester) => Promise<void>;
  /** Before anything is read: refuses what this node knows to wait. @throws {Failure} RATE_LIMITED */
  readonly refuseKnown: (attempts: readonly Attempt[], requester: Requester) => void;
  /** How often each limit has refused since the start, by name. */
  readonly refusals: ReadonlyMap<string, number>;
}

/** A try that is under way. Each ends in one of the three, once; see {@link releasingUnlessJudged}. */
export interface Reservation {
  /** It was wrong, or costs a try in any case: it counts, and the audit is told of each limit that it has reached. @throws {Failure} UNAVAILABLE */
  readonly count: () => Promise<void>;
  /** It was right: it counts nowhere, and the limits that a right try empties are empty again. @throws {Failure} UNAVAILABLE */
  readonly forgive: () => Promise<void>;
  /** It was never judged: it counts nowhere. @throws {Failure} UNAVAILABLE */
  readonly release: () => Promise<void>;
}

/**
 * A try that could not be judged is none: a storm of others, an outage, or a client that went away must not use up what somebody may
 * try. Whatever `judge` throws, the try is released; what it finds out is in what it gives back.
 */
export async function releasingUnlessJudged<T>(reservation: Reservation, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    await reservation.release().catch(() => {}); // it runs out by itself
    throw error;
  }
}

/** What a try counts as, or how it is found out. */
export type Attempts = readonly Attempt[] | (() => Promise<readonly Attempt[]>);

/** How many reservations a node makes at once, and how many wait for that: networks take turns. */
const bounds = { name: 'LIMITS', width: 4, capacity: 200, maxWaitMs: 1_500 } as const;

/** When to come back where every free try is under way, and how long that is believed without asking again, unless one is settled here before. */
const whileUnderWayMs = 1_000;

interface Bucket extends Attempt {
  readonly key: string;
}

interface Reserved extends Bucket {
  readonly state: BucketState;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<LimitsEvent>;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

export function createLedger({ database, audit, secrets, clock }: Dependencies): Ledger {
  const waits = createKnownWaits(clock);
  const queue = createFairQueue(bounds);
  const refusals = new Map<string, number>();

  const refuse = ({ limit }: Attempt, retryAt: number, requester: Requester): never => {
    const now = clock.now();
    refusals.set(limit.name, (refusals.get(limit.name) ?? 0) + 1);
    requester.notes.rateLimit = statusOf([{ limit, granted: false, taken: limit.free, retryAt, expiresAt: retryAt }], now);
    throw new Failure('RATE_LIMITED', { retryAfterSeconds: secondsUntil(retryAt, now) });
  };

  /** One after another, so that a flood costs the key of one bucket. */
  const refuseKnown: Ledger['refuseKnown'] = (attempts, requester) => {
    for (const attempt of attempts) {
      const until = waits.find(keyOf(attempt, secrets));
      if (until !== null) refuse(attempt, until, requester);
    }
  };

  const noteWait = (key: string, retryAt: number): void => {
    if (retryAt > clock.now()) waits.note(key, retryAt);
  };

  const settle = createSettling({ database, audit, clock, noteWait, forgetWait: waits.forget });

  /** Once it is the client's turn; `then` is done with what was reserved, together with it. */
  const reserveInTurn = async <T>(
    asked: Attempts,
    requester: Requester,
    then: (reserved: readonly Reserved[], statements: Statements) => Promise<T>,
  ): Promise<T> => {
    if (typeof asked !== 'function') refuseKnown(asked, requester);
    return queue.run(networksOf(requester), requester.isGone, async () => {
      const attempts = typeof asked === 'function' ? await asked() : asked;
      refuseKnown(attempts, requester); // those before it may have found out
      const buckets = attempts.map((attempt) => ({ ...attempt, key: keyOf(attempt, secrets) }));
      const outcome = await database.inOrder(async (statements) => {
        const asked = await reserveAll(buckets, statements, clock);
        return 'refusing' in asked ? asked : { ...asked, result: await then(asked.reserved, statements) };
      });
      if ('refusing' in outcome) {
        noteWait(outcome.refusing.key, outcome.retryAt);
        return refuse(outcome.refusing, outcome.retryAt, requester);
      }
      const [first, ...others] = outcome.reserved.map(toAsked);
      if (first !== undefined) requester.notes.rateLimit = statusOf([first, ...others], clock.now());
      return outcome.result;
    });
  };

  return {
    refusals,
    refuseKnown,
    reserve: (attempts, requester) => reserveInTurn(attempts, requester, async (reserved) => settle.reservation(reserved, requester)),
    take: async (attempts, requester) => {
      const counted = await reserveInTurn(attempts, requester, async (reserved, statements) => {
        const all: Reserved[] = [];
        for (const bucket of reserved) all.push(await settle.countOne(bucket, statements));
        return all;
      });
      await settle.tell(counted, requester);
    },
  };
}

type Asked = { readonly reserved: readonly Reserved[] } | { readonly refusing: Bucket; readonly retryAt: number };

/** One after another; what was reserved is given back when a later one has no place, or cannot be asked. */
async function reserveAll(buckets: readonly Bucket[], statements: Statements, clock: Clock): Promise<Asked> {
  const reserved: Reserved[] = [];
  try {
    for (const bucket of buckets) {
      const state = await reserveAttempt(statements, bucket.key, ruleOf(bucket), clock.now());
      if (state === null) {
        const found = await readBucket(statements, bucket.key);
        await releaseAll(reserved, statements);
        const [now, retryAt] = [clock.now(), found?.retryAt ?? 0];
        // It waits; or every free try is under way, and there is room again once one of them has been judged.
        return { refusing: bucket, retryAt: retryAt > now ? retryAt : now + whileUnderWayMs };
      }
      reserved.push({ ...bucket, state });
    }
    return { reserved };
  } catch (error) {
    await releaseAll(reserved, statements).catch(() => {}); // what cannot be given back runs out by itself
    throw error;
  }
}

async function releaseAll(reserved: readonly Reserved[], statements: Statements): Promise<void> {
  for (const bucket of reserved) await releaseAttempt(statements, bucket.key, bucket.state.slot, false);
}

interface SettlingDependencies {
  readonly database: Database;
  readonly audit: AuditService<LimitsEvent>;
  readonly clock: Clock;
  readonly noteWait: (key: string, retryAt: number) => void;
  readonly forgetWait: (key: string) => void;
}

/** What becomes of tries once they are judged. */
function createSettling({ database, audit, clock, noteWait, forgetWait }: SettlingDependencies) {
  const countOne = async (bucket: Reserved, statements: Statements): Promise<Reserved> => {
    const state = await countAttempt(statements, bucket.key, ruleOf(bucket), bucket.state.slot, clock.now());
    return { ...bucket, state };
  };

  /** Once it is committed. Of a limit the last free try is told, once a window: what is refused later would fill the audit instead of the ledger. */
  const tell = async (counted: readonly Reserved[], requester: Requester): Promise<void> => {
    for (const { key, state } of counted) {
      forgetWait(key);
      noteWait(key, state.retryAt);
    }
    for (const { limit, account, state } of counted)
      if (state.used === limit.free)
        await audit.record({ event: 'limit.reached', outcome: 'refused', requester, ...account, detail: limit.name });
  };

  const giveBack = async (reserved: readonly Reserved[], areForgiven: boolean): Promise<void> => {
    await database.together(
      reserved.map(
        ({ key, limit, state }) =>
          (statements: Statements) =>
            releaseAttempt(statements, key, state.slot, areForgiven && limit.isEmptiedByRight),
      ),
    );
    for (const { key } of reserved) forgetWait(key); // what waits all the same is found out again
  };

  const reservation = (reserved: readonly Reserved[], requester: Requester): Reservation => ({
    count: async () => {
      const counted = await database.together(reserved.map((bucket) => (statements: Statements) => countOne(bucket, statements)));
      await tell(counted, requester);
    },
    forgive: () => giveBack(reserved, true),
    release: () => giveBack(reserved, false),
  });

  return { countOne, tell, reservation };
}

const keyOf = ({ limit, subject }: Attempt, { current }: Secrets): string =>
  hmacSha256(current.key('attempt-ledger'), `${limit.name}\0${subject}`).toString('base64url', 0, 16);

const ruleOf = ({ limit }: Attempt) => ({ free: limit.free, windowSeconds: limit.windowSeconds, waitsSeconds: waitsOf(limit) });

const toAsked = ({ limit, state: { used, underWay, retryAt, expiresAt } }: Reserved): AskedBucket => ({
  limit,
  granted: true,
  taken: used + underWay,
  retryAt,
  expiresAt,
});
