import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Statements } from '../database/database';
import type { Effects } from '../effects';
import { Failure } from '../errors';
import { networksOf } from '../network';
import { createFairQueue } from '../queues/fair-queue';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { Attempt } from './attempt';
import { createKnownWaits } from './known-waits';
import { effectsOf, keyOf, type Reserved, reserveAll } from './ledger.buckets';
import { createSettling } from './ledger.settling';
import type { LimitsEvent } from './limits.events';
import { secondsUntil, statusOf } from './rate-limit-status';
import type { Reservation } from './reservation';

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
   * Reserves a place in every bucket: `attempts` stand with the narrowest first. Where a look-up tells which they
   * are, it is made in the client's turn: those of a flood would stand in the pool before everybody else's.
   * @throws {Failure} RATE_LIMITED when one has none, UNAVAILABLE
   */
  readonly reserve: (attempts: Attempts, requester: Requester) => Promise<Reservation>;
  /** Reserves and counts, for what costs a try whatever comes of it. The effects tell the client of the tightest limit. @throws {Failure} RATE_LIMITED, UNAVAILABLE */
  readonly take: (attempts: readonly Attempt[], requester: Requester) => Promise<Effects>;
  /** Before anything is read: refuses what this node knows to wait. @throws {Failure} RATE_LIMITED */
  readonly refuseKnown: (attempts: readonly Attempt[]) => void;
  /** Asks the database about every bucket again: for who has emptied the table. */
  readonly forgetKnown: () => void;
  /** How often each limit has refused since the start, by name. */
  readonly refusals: ReadonlyMap<string, number>;
}

/** What a try counts as, or how it is found out. */
export type Attempts = readonly Attempt[] | (() => Promise<readonly Attempt[]>);

/** How many reservations a node makes at once, and how many wait for that: networks take turns. */
const bounds = { name: 'LIMITS', width: 4, capacity: 200, maxWaitMs: 1_500 } as const;

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

  const { refuse, refuseKnown, noteWait } = createRefusing(waits, refusals, { secrets, clock });
  const settle = createSettling({ database, audit, clock, noteWait, forgetWait: waits.forget });

  /** Once it is the client's turn; `then` is done with what was reserved, together with it. */
  const reserveInTurn = async <T>(
    asked: Attempts,
    requester: Requester,
    then: (reserved: readonly Reserved[], statements: Statements) => Promise<T>,
  ): Promise<{ readonly result: T; readonly effects: Effects }> => {
    if (typeof asked !== 'function') refuseKnown(asked);
    return queue.run(networksOf(requester), requester.isGone, async () => {
      const attempts = typeof asked === 'function' ? await asked() : asked;
      refuseKnown(attempts); // those before it may have found out
      const buckets = attempts.map((attempt) => ({ ...attempt, key: keyOf(attempt, secrets) }));
      const outcome = await database.inOrder(async (statements) => {
        const asked = await reserveAll(buckets, statements, clock);
        return 'refusing' in asked ? asked : { ...asked, result: await then(asked.reserved, statements) };
      });
      if ('refusing' in outcome) {
        noteWait(outcome.refusing.key, outcome.retryAt);
        return refuse(outcome.refusing, outcome.retryAt);
      }
      return { result: outcome.result, effects: effectsOf(outcome.reserved, clock.now()) };
    });
  };

  return {
    forgetKnown: waits.forgetAll,
    refusals,
    refuseKnown,
    reserve: async (attempts, requester) => {
      const { result, effects } = await reserveInTurn(attempts, requester, async (reserved) => settle.reservation(reserved, requester));
      return { ...result, effects };
    },
    take: async (attempts, requester) => {
      const { result: counted, effects } = await reserveInTurn(attempts, requester, async (reserved, statements) => {
        const all: Reserved[] = [];
        for (const bucket of reserved) all.push(await settle.countOne(bucket, statements));
        return all;
      });
      await settle.tell(counted, requester);
      return effects;
    },
  };
}

/** What is refused, and what is known of waits. */
function createRefusing(
  waits: ReturnType<typeof createKnownWaits>,
  refusals: Map<string, number>,
  { secrets, clock }: Pick<Dependencies, 'secrets' | 'clock'>,
) {
  const refuse = ({ limit }: Attempt, retryAt: number): never => {
    const now = clock.now();
    refusals.set(limit.name, (refusals.get(limit.name) ?? 0) + 1);
    const rateLimit = statusOf([{ limit, granted: false, taken: limit.free, retryAt, expiresAt: retryAt }], now);
    throw new Failure('RATE_LIMITED', { retryAfterSeconds: secondsUntil(retryAt, now) }).withEffects({ rateLimit });
  };

  /** One after another, so that a flood costs the key of one bucket. */
  const refuseKnown: Ledger['refuseKnown'] = (attempts) => {
    for (const attempt of attempts) {
      const until = waits.find(keyOf(attempt, secrets));
      if (until !== null) refuse(attempt, until);
    }
  };

  const noteWait = (key: string, retryAt: number): void => {
    if (retryAt > clock.now()) waits.note(key, retryAt);
  };

  return { refuse, refuseKnown, noteWait };
}
