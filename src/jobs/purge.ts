import type { Job, Lease } from './jobs.service';

/** As many rows as one statement removes: on SQLite everybody waits for it. */
export const purgeBatchSize = 500;

/**
 * What is kept for a time and then removed (ASVS 5.0 14.2.7): batch after batch until one is not full, with other work in between.
 *
 * `removeBatch` finds at most {@link purgeBatchSize} rows in the order of an index (without one Prisma orders by the primary key, and
 * SQLite then walks the whole table), removes them by the condition again and not by the ids alone, because a row may have come back to
 * life meanwhile, and gives their number.
 */
export const purge = (name: string, everySeconds: number, removeBatch: () => Promise<number>): Job => ({
  name,
  everySeconds,
  run: async (lease: Lease) => {
    while ((await removeBatch()) === purgeBatchSize && (await lease.renew()));
  },
});
