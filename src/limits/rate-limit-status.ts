import type { RateLimitStatus } from '../effects';
import type { Limit } from './limits';

/** A bucket that a try has asked for a place in. Moments are milliseconds since 1970. */
export interface AskedBucket {
  readonly limit: Limit;
  readonly granted: boolean;
  /** Tries that count or are under way. */
  readonly taken: number;
  readonly retryAt: number;
  readonly expiresAt: number;
}

/** What the client is told: of the bucket that has least left. */
export function statusOf(buckets: readonly [AskedBucket, ...AskedBucket[]], nowMs: number): RateLimitStatus {
  const tightest = buckets.reduce((best, next) => (remaining(next) < remaining(best) ? next : best));
  const { limit, granted, retryAt, expiresAt } = tightest;
  return {
    policy: limit.name,
    limit: limit.free,
    windowSeconds: limit.windowSeconds,
    remaining: remaining(tightest),
    resetSeconds: secondsUntil(granted ? expiresAt : retryAt, nowMs),
  };
}

/** At least one: a bucket whose tries are all under way has room again as soon as they are judged. */
export const secondsUntil = (moment: number, nowMs: number): number => Math.max(1, Math.ceil((moment - nowMs) / 1000));

const remaining = ({ limit, taken, granted }: AskedBucket): number => (granted ? Math.max(0, limit.free - taken) : 0);
