import type { Clock } from '../clock';
import type { Statements } from '../database/database';
import { type BucketState, readBucket, releaseAttempt, reserveAttempt } from '../database/queries/attempt.query';
import type { Effects } from '../effects';
import { hmacSha256, type Secrets } from '../secrets';
import type { Attempt } from './attempt';
import { waitsOf } from './limits';
import { type AskedBucket, statusOf } from './rate-limit-status';

/** A row of the ledger that a try asks for a place in. */
export interface Bucket extends Attempt {
  readonly key: string;
}

export interface Reserved extends Bucket {
  readonly state: BucketState;
}

export const keyOf = ({ limit, subject }: Attempt, { current }: Secrets): string =>
  hmacSha256(current.key('attempt-ledger'), `${limit.name}\0${subject}`).toString('base64url', 0, 16);

export const ruleOf = ({ limit }: Attempt) => ({ free: limit.free, windowSeconds: limit.windowSeconds, waitsSeconds: waitsOf(limit) });

/** When to come back where every free try is under way, and how long that is believed without asking again, unless one is settled here before. */
const whileUnderWayMs = 1_000;

export type Asked = { readonly reserved: readonly Reserved[] } | { readonly refusing: Bucket; readonly retryAt: number };

/** One after another; what was reserved is given back when a later one has no place, or cannot be asked. */
export async function reserveAll(buckets: readonly Bucket[], statements: Statements, clock: Clock): Promise<Asked> {
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

/** Tells the client of the tightest of these buckets. */
export function effectsOf(reserved: readonly Reserved[], now: number): Effects {
  const [first, ...others] = reserved.map(toAsked);
  return first === undefined ? {} : { rateLimit: statusOf([first, ...others], now) };
}

const toAsked = ({ limit, state: { used, underWay, retryAt, expiresAt } }: Reserved): AskedBucket => ({
  limit,
  granted: true,
  taken: used + underWay,
  retryAt,
  expiresAt,
});
