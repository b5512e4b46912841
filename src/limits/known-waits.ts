import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock';

/**
 * Which buckets this node knows to wait, so that a flood of tries is refused without asking the database. It only ever refuses, and only what the
 * database would refuse too: a bucket that waits gets no try, the right password's neither, so there is nothing that could end its wait.
 *
 * But for two that end early: an operator who deletes the row, and a right try that was under way when others made the bucket wait. So nothing is
 * remembered for longer than a few seconds without asking again; and a clock that was set back makes it forget.
 */
export interface KnownWaits {
  /** Until when, in milliseconds since 1970; null: not that this node knew. */
  readonly find: (key: string) => number | null;
  readonly note: (key: string, until: number) => void;
  readonly forget: (key: string) => void;
  readonly forgetAll: () => void;
}

/** 200 bytes or so each. The one that was asked for longest ago gives way: its bucket is looked at in the database again. */
const maxKnown = 10_000;

/** How long a node refuses without asking again. */
export const rememberedMs = 5_000;

export function createKnownWaits(clock: Clock): KnownWaits {
  const known = new LRUCache<string, { readonly until: number; readonly notedAt: number }>({ max: maxKnown });
  return {
    find: (key) => {
      const wait = known.get(key);
      if (wait === undefined) return null;
      const now = clock.now();
      if (now < wait.until && now >= wait.notedAt && now < wait.notedAt + rememberedMs) return wait.until;
      known.delete(key);
      return null;
    },
    note: (key, until) => void known.set(key, { until, notedAt: clock.now() }),
    forget: (key) => void known.delete(key),
    forgetAll: () => known.clear(),
  };
}
