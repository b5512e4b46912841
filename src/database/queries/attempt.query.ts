import { Prisma } from '../generated/sqlite/client';
import type { Statements } from '../statements';

/** When a bucket has to wait, and for how long: limits/limits.ts says it of each limit. */
export interface BucketRule {
  readonly free: number;
  readonly windowSeconds: number;
  /** After the last free try, and after each that follows; the last one is for all that follow. Seven of them. */
  readonly waitsSeconds: readonly number[];
}

/** A bucket as it is. Moments are milliseconds since 1970. */
export interface BucketState {
  /** Tries that were judged and count. */
  readonly used: number;
  /** Tries that are being judged. */
  readonly underWay: number;
  readonly retryAt: number;
  readonly expiresAt: number;
  /** When the reservation was made, by which it is found again. */
  readonly slot: number;
}

/**
 * A reservation that nobody settles runs out by itself, after one to two of these spans: its process has died. It is longer than a
 * hash and its queue take. A row holds two counters, of the span now and of the one before, so that a dead one runs out on a busy bucket too.
 */
export const reservationSlotMs = 10_000;

/** How many spans ahead another node's clock may be: a minute, as everywhere. What is farther ahead was written by a clock that was wrong. */
const slotsAhead = 6;

const slotAt = (nowMs: number): number => Math.floor(nowMs / reservationSlotMs);

/** Long past, and not `now`: a statement that waited for another node's has an older `now` than the row. */
const noWait = new Date(0);

const secondsAfter = (nowMs: number, seconds: number): Date => new Date(nowMs + seconds * 1000);

/** The parts that both statements need, over the row `a` as it is. */
function rowAt(nowMs: number, { windowSeconds, waitsSeconds }: BucketRule) {
  const [now, slot] = [new Date(nowMs), slotAt(nowMs)];
  // What ends later than any node can have set it was written by a clock that was wrong, and is over. Nodes' clocks may differ by half of it.
  const longestSeconds = Math.max(...waitsSeconds);
  // The span of the node whose clock is ahead counts on every node: were each to begin its own, two nodes in turn would forget everything.
  const isNow = Prisma.sql`a."slot" BETWEEN ${slot} AND ${slot + slotsAhead}`;
  const [farthestWait, farthestEnd] = [secondsAfter(nowMs, 2 * longestSeconds), secondsAfter(nowMs, 2 * windowSeconds)];
  return {
    isRested: Prisma.sql`(a."expiresAt" <= ${now} OR a."expiresAt" > ${farthestEnd})`,
    isWaiting: Prisma.sql`(a."retryAt" > ${now} AND a."retryAt" <= ${farthestWait})`,
    reserved: Prisma.sql`(CASE WHEN ${isNow} THEN a."reserved" ELSE 0 END)`,
    reservedBefore: Prisma.sql`(CASE WHEN ${isNow} THEN a."reservedBefore" WHEN a."slot" = ${slot - 1} THEN a."reserved" ELSE 0 END)`,
    isNow,
    slot,
  };
}

/**
 * Takes a place in the bucket if there is one, in a single atomic statement: a bucket that waits has none; one with free tries has as many as are
 * neither used nor under way; after that, whoever is alone. @returns null: there is none, and the row is as it was. @throws {Failure} UNAVAILABLE
 */
export async function reserveAttempt(statements: Statements, key: string, rule: BucketRule, nowMs: number): Promise<BucketState | null> {
  const { isRested, isWaiting, isNow, reserved, reservedBefore, slot } = rowAt(nowMs, rule);
  const [row] = await statements.rows`
    INSERT INTO "attempts" AS a ("key", "used", "reserved", "reservedBefore", "slot", "retryAt", "expiresAt")
    VALUES (${key}, 0, 1, 0, ${slot}, ${noWait}, ${secondsAfter(nowMs, rule.windowSeconds)})
    ON CONFLICT ("key") DO UPDATE SET
      "used" = CASE WHEN ${isRested} THEN 0 ELSE a."used" END,
      "retryAt" = CASE WHEN ${isRested} THEN excluded."retryAt" ELSE a."retryAt" END,
      "expiresAt" = CASE WHEN ${isRested} THEN excluded."expiresAt" ELSE a."expiresAt" END,
      "reserved" = ${reserved} + 1,
      "reservedBefore" = ${reservedBefore},
      "slot" = CASE WHEN ${isNow} THEN a."slot" ELSE excluded."slot" END
    WHERE (${isRested} OR NOT ${isWaiting})
      AND (${reserved} + ${reservedBefore} = 0
        OR (CASE WHEN ${isRested} THEN 0 ELSE a."used" END) + ${reserved} + ${reservedBefore} < ${rule.free})
    RETURNING ${columns}`;
  return row === undefined ? null : toState(row);
}

/** The bucket as it is; null: it has nothing in it. @throws {Failure} UNAVAILABLE */
export async function readBucket(statements: Statements, key: string): Promise<BucketState | null> {
  const [row] = await statements.rows`SELECT ${columns} FROM "attempts" WHERE "key" = ${key}`;
  return row === undefined ? null : toState(row);
}

/**
 * A reserved try counts; also one whose reservation has run out meanwhile. From the last free one on, the bucket waits, and is empty
 * again after a whole window without another. @throws {Failure} UNAVAILABLE
 */
export async function countAttempt(
  statements: Statements,
  key: string,
  rule: BucketRule,
  reservedIn: number,
  nowMs: number,
): Promise<BucketState> {
  const { isRested } = rowAt(nowMs, rule);
  const { free, windowSeconds } = rule;
  const [after0, after1, after2, after3, after4, after5, afterMore] = rule.waitsSeconds.map((seconds) => secondsAfter(nowMs, seconds));
  const { reserved, reservedBefore } = withoutOne(reservedIn);
  const [row] = await statements.rows`
    INSERT INTO "attempts" AS a ("key", "used", "slot", "retryAt", "expiresAt")
    VALUES (${key}, 1, ${reservedIn}, ${free > 1 ? noWait : after0}, ${secondsAfter(nowMs, windowSeconds)})
    ON CONFLICT ("key") DO UPDATE SET
      "used" = CASE WHEN ${isRested} THEN 1 ELSE a."used" + 1 END,
      "retryAt" = CASE
        WHEN ${isRested} THEN excluded."retryAt"
        WHEN a."used" + 1 < ${free} THEN ${noWait}
        WHEN a."used" + 1 = ${free} THEN ${after0}
        WHEN a."used" = ${free} THEN ${after1}
        WHEN a."used" = ${free + 1} THEN ${after2}
        WHEN a."used" = ${free + 2} THEN ${after3}
        WHEN a."used" = ${free + 3} THEN ${after4}
        WHEN a."used" = ${free + 4} THEN ${after5}
        ELSE ${afterMore} END,
      "expiresAt" = CASE WHEN ${isRested} OR a."used" + 1 >= ${free} THEN excluded."expiresAt" ELSE a."expiresAt" END,
      "reserved" = ${reserved},
      "reservedBefore" = ${reservedBefore}
    RETURNING ${columns}`;
  if (row === undefined) throw new Error('the ledger gave no row back');
  return toState(row);
}

/**
 * A reserved try counts for nothing; `emptied`: nor do those before it. A bucket with nothing left in it is no row, so that tries which cost nothing
 * leave nothing behind. A reservation that has run out takes nothing from a later one: it is found by its span. @throws {Failure} UNAVAILABLE
 */
export async function releaseAttempt(statements: Statements, key: string, reservedIn: number, emptied: boolean): Promise<void> {
  const isEmpty = emptied ? Prisma.sql`1 = 1` : Prisma.sql`"used" = 0`;
  const removed = await statements.execute`
    DELETE FROM "attempts" WHERE "key" = ${key} AND ${isEmpty} AND "reserved" + "reservedBefore" = 1
      AND (("slot" = ${reservedIn} AND "reserved" = 1) OR ("slot" = ${reservedIn + 1} AND "reservedBefore" = 1))`;
  if (removed > 0) return;
  const { reserved, reservedBefore } = withoutOne(reservedIn);
  await statements.execute`
    UPDATE "attempts" AS a SET "reserved" = ${reserved}, "reservedBefore" = ${reservedBefore}
      ${emptied ? Prisma.sql`, "used" = 0, "retryAt" = ${noWait}` : Prisma.empty}
    WHERE "key" = ${key}`;
}

/** The counters of the row `a` without a reservation of that span. */
const withoutOne = (reservedIn: number) => ({
  reserved: Prisma.sql`CASE WHEN a."slot" = ${reservedIn} AND a."reserved" > 0 THEN a."reserved" - 1 ELSE a."reserved" END`,
  reservedBefore: Prisma.sql`CASE WHEN a."slot" = ${reservedIn + 1} AND a."reservedBefore" > 0 THEN a."reservedBefore" - 1 ELSE a."reservedBefore" END`,
});

const columns = Prisma.raw('"used", "reserved", "reservedBefore", "retryAt", "expiresAt", "slot"');

/** PostgreSQL may give a text for a number. */
const toState = ([used, reserved, reservedBefore, retryAt, expiresAt, slot]: readonly unknown[]): BucketState => ({
  used: Number(used),
  underWay: Number(reserved) + Number(reservedBefore),
  retryAt: toMs(retryAt),
  expiresAt: toMs(expiresAt),
  slot: Number(slot),
});

const toMs = (value: unknown): number => new Date(value as string | number | Date).getTime();
