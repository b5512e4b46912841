import { randomUUID } from 'node:crypto';
import type { AuditService } from '../audit/audit.service';
import type { Client, RateLimitStatus } from '../client';
import { type Clock, secondsAfter } from '../clock';
import type { Database, Statements } from '../database/database';
import { Failure } from '../errors';
import { hmacSha256, type Secrets } from '../secrets';
import type { Limit } from './limits';

/** One try of something limited: which limit, and of whom. */
export interface Attempt {
  readonly limit: Limit;
  /** A name, a network, an id: only its HMAC is stored. */
  readonly subject: string;
}

/**
 * The one ledger of attempts, for every door, node and spelling: a row a bucket in the database, changed in a single
 * atomic statement. A try is reserved before the work and given back when it was right, so that parallel guesses
 * cannot get past the limit.
 */
export interface Ledger {
  /**
   * Counts one try in every bucket; the client is told of the tightest.
   * @throws {Failure} RATE_LIMITED when one of them has no room (the others get theirs back), UNAVAILABLE
   */
  readonly reserve: (attempts: readonly Attempt[], client: Client) => Promise<Reservation>;
  /** How often each limit has refused since the start, by name. */
  readonly refusals: ReadonlyMap<string, number>;
}

/** Each ends in one of the two; a try whose end nobody tells stays counted. */
export interface Reservation {
  /** It was right: it counts in no bucket, and those named are empty again. */
  readonly refund: (emptied?: readonly Limit[]) => Promise<void>;
  /** It was wrong, or costs a try in any case: when it was the last free one of a limit, the audit is told. @throws {Failure} UNAVAILABLE */
  readonly spend: () => Promise<void>;
}

interface Bucket extends Attempt {
  readonly key: string;
  readonly grantId: string;
  readonly granted: boolean;
  readonly used: number;
  readonly retryAt: number;
  readonly expiresAt: number;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

export function createLedger({ database, audit, secrets, clock }: Dependencies): Ledger {
  const keyOf = ({ limit, subject }: Attempt): string =>
    hmacSha256(secrets.current.key('attempt-ledger'), `${limit.name}\0${subject}`).toString('base64url', 0, 16);

  const refusals = new Map<string, number>();

  const take = async (attempt: Attempt, statements: Statements): Promise<Bucket> => {
    const key = keyOf(attempt);
    const grantId = randomUUID();
    const row = await upsert(statements, key, grantId, attempt.limit, clock.now());
    return { ...attempt, ...row, key, grantId, granted: row.grantId === grantId };
  };

  /**
   * A bucket with nothing left in it is no row, so that tries which cost nothing leave nothing behind. The wait before a try
   * that is given back was over: it is over again, unless somebody else has taken a try since.
   */
  const giveBackOne = async ({ key, grantId, limit }: Bucket, statements: Statements): Promise<void> => {
    if ((await statements.execute`DELETE FROM "attempts" WHERE "key" = ${key} AND "used" <= 1`) > 0) return;
    await statements.execute`
      UPDATE "attempts" SET
        "used" = "used" - 1,
        "retryAt" = CASE WHEN "used" - 1 < ${limit.free} OR "grantId" = ${grantId} THEN ${noWait} ELSE "retryAt" END
      WHERE "key" = ${key} AND "used" > 0`;
  };

  const giveBack = async (buckets: readonly Bucket[], emptied: readonly Limit[] = []): Promise<void> => {
    await database.together(
      buckets.map((bucket) => async (statements: Statements) => {
        if (emptied.includes(bucket.limit)) await statements.execute`DELETE FROM "attempts" WHERE "key" = ${bucket.key}`;
        else await giveBackOne(bucket, statements);
      }),
    );
  };

  return {
    refusals,
    reserve: async (attempts, client) => {
      const buckets = await database.together(attempts.map((attempt) => (statements: Statements) => take(attempt, statements)));
      const refusing = buckets.filter(({ granted }) => !granted);
      const status = toStatus(tightest(refusing.length > 0 ? refusing : buckets), clock.now());
      client.notes.rateLimit = status;
      if (refusing.length > 0) {
        for (const { limit } of refusing) refusals.set(limit.name, (refusals.get(limit.name) ?? 0) + 1);
        await giveBack(buckets.filter(({ granted }) => granted));
        throw new Failure('RATE_LIMITED', {
          retryAfterSeconds: Math.max(...refusing.map(({ retryAt }) => secondsUntil(retryAt, clock.now()))),
        });
      }
      return {
        refund: (emptied) => giveBack(buckets, emptied),
        spend: async () => {
          for (const { limit } of buckets.filter(hasJustFilled))
            await audit.record({ event: 'limit.reached', outcome: 'refused', client, tried: subjectOf(attempts), detail: limit.name });
        },
      };
    },
  };
}

/** A try that could not be judged is none: a storm of others, or an outage, must not use up what somebody may try. */
export async function givingBackUnheard<T>(reservation: Reservation, hear: () => Promise<T>): Promise<T> {
  try {
    return await hear();
  } catch (error) {
    if (error instanceof Failure && error.code === 'UNAVAILABLE') await reservation.refund();
    throw error;
  }
}

/** The last try that needs no wait, once a window: what is refused later would fill the audit instead of the ledger. */
const hasJustFilled = ({ granted, used, limit }: Bucket): boolean => granted && used === limit.free;

/** Whose limit it is: the most particular subject, which stands first. */
const subjectOf = ([first]: readonly Attempt[]): string => first?.subject ?? '';

type AttemptRow = Pick<Bucket, 'used' | 'retryAt' | 'expiresAt' | 'grantId'>;

/**
 * The whole rule in one statement, on either database: an empty or rested bucket starts again; one whose wait is over takes
 * the try, and learns its next wait; any other stays as it is. The grant is ours when our id stands in the row.
 *
 * Free tries do not make the window longer (but for the first wait): most of a busy network are right and are given back,
 * and must not keep its few mistakes alive for ever.
 */
async function upsert(statements: Statements, key: string, grantId: string, limit: Limit, nowMs: number): Promise<AttemptRow> {
  const now = new Date(nowMs);
  const expiresAt = secondsAfter(nowMs, limit.windowSeconds);
  const { free } = limit;
  const [after0, after1, after2, after3, after4, after5, afterMore] = waitsOf(limit).map((seconds) => secondsAfter(nowMs, seconds));
  const rows = await statements.rows`
    INSERT INTO "attempts" AS a ("key", "used", "retryAt", "expiresAt", "grantId")
    VALUES (${key}, 1, ${free > 1 ? noWait : after0}, ${expiresAt}, ${grantId})
    ON CONFLICT ("key") DO UPDATE SET
      "used" = CASE WHEN a."expiresAt" <= ${now} THEN 1 WHEN a."retryAt" <= ${now} THEN a."used" + 1 ELSE a."used" END,
      "retryAt" = CASE
        WHEN a."expiresAt" <= ${now} THEN excluded."retryAt"
        WHEN a."retryAt" > ${now} THEN a."retryAt"
        WHEN a."used" + 1 < ${free} THEN ${noWait}
        WHEN a."used" + 1 = ${free} THEN ${after0}
        WHEN a."used" = ${free} THEN ${after1}
        WHEN a."used" = ${free + 1} THEN ${after2}
        WHEN a."used" = ${free + 2} THEN ${after3}
        WHEN a."used" = ${free + 3} THEN ${after4}
        WHEN a."used" = ${free + 4} THEN ${after5}
        ELSE ${afterMore} END,
      "expiresAt" = CASE
        WHEN a."expiresAt" <= ${now} OR (a."retryAt" <= ${now} AND a."used" >= ${free}) THEN excluded."expiresAt"
        WHEN a."retryAt" <= ${now} AND a."used" + 1 = ${free} AND a."expiresAt" < ${after0} THEN ${after0}
        ELSE a."expiresAt" END,
      "grantId" = CASE WHEN a."expiresAt" <= ${now} OR a."retryAt" <= ${now} THEN excluded."grantId" ELSE a."grantId" END
    RETURNING "used", "retryAt", "expiresAt", "grantId"`;
  const [row] = rows;
  if (row === undefined) throw new Error('the ledger gave no row back');
  const [used, retryAt, end, grantedTo] = row as [number | string, string, string, string]; // PostgreSQL may give a text for a number
  return { used: Number(used), retryAt: toMs(retryAt), expiresAt: toMs(end), grantId: grantedTo };
}

/** Long past, and not `now`: a statement that waited for another node's has an older `now` than the row. */
const noWait = new Date(0);

/** The waits after the free tries, in seconds: doubling, and the last one for all that follow. */
const waitsOf = ({ firstWaitSeconds, longestWaitSeconds }: Limit): number[] =>
  [0, 1, 2, 3, 4, 5, 6].map((step) => (step === 6 ? longestWaitSeconds : Math.min(firstWaitSeconds * 2 ** step, longestWaitSeconds)));

const toMs = (value: string): number => new Date(value).getTime();

const secondsUntil = (moment: number, now: number): number => Math.max(1, Math.ceil((moment - now) / 1000));

const remaining = ({ limit, used, granted }: Bucket): number => (granted ? Math.max(0, limit.free - used) : 0);

const tightest = (buckets: readonly Bucket[]): Bucket =>
  buckets.reduce((best, next) =>
    remaining(next) < remaining(best) || (remaining(next) === remaining(best) && next.retryAt > best.retryAt) ? next : best,
  );

function toStatus(bucket: Bucket, now: number): RateLimitStatus {
  const { limit, granted, retryAt, expiresAt } = bucket;
  return {
    policy: limit.name,
    limit: limit.free,
    windowSeconds: limit.windowSeconds,
    remaining: remaining(bucket),
    resetSeconds: secondsUntil(granted ? expiresAt : retryAt, now),
  };
}
