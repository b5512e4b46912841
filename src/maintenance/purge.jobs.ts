import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import type { Job, Lease } from './jobs.service';

const daySeconds = 24 * 60 * 60;

/** As many rows as one statement removes: on SQLite everybody waits for it. */
export const purgeBatchSize = 500;

/**
 * How long a session stays after its end: no access token lives longer (AUTH_ACCESS_TOKEN_SECONDS is at most a day), and
 * a spent refresh token of an ended session is INVALID_REFRESH_TOKEN with or without a row. Address and user agent go with it.
 */
export const endedSessionSeconds = daySeconds;

/** What is kept for a time and then removed (ASVS 5.0 14.2.7), in small batches. */
export function purgeJobs(database: Database, clock: Clock, { auditDays }: { readonly auditDays: number }): readonly Job[] {
  const { attempt, session, revocation, auditEvent } = database.client;
  const ago = (seconds: number): Date => secondsAfter(clock.now(), -seconds);

  // Each in the order of its index: without one Prisma orders by the primary key, and SQLite then walks the whole table.
  // Each removes by the condition again, not by the ids alone: a row may have come back to life meanwhile.
  return [
    purge('purge-attempts', 600, async () => {
      const over = { expiresAt: { lte: ago(0) } };
      const rows = await attempt.findMany({ where: over, select: { key: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
      if (rows.length > 0) await attempt.deleteMany({ where: { key: { in: rows.map(({ key }) => key) }, ...over } });
      return rows.length;
    }),
    purge('purge-sessions', 3_600, async () => {
      const over = { idleExpiresAt: { lte: ago(endedSessionSeconds) } };
      const rows = await session.findMany({ where: over, select: { id: true }, orderBy: { idleExpiresAt: 'asc' }, take: purgeBatchSize });
      if (rows.length > 0) await session.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
      return rows.length;
    }),
    purge('purge-revocations', 600, async () => {
      const over = { expiresAt: { lte: ago(0) } };
      const rows = await revocation.findMany({ where: over, select: { id: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
      if (rows.length > 0) await revocation.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
      return rows.length;
    }),
    purge('purge-audit', 3_600, async () => {
      const over = { at: { lte: ago(auditDays * daySeconds) } };
      const rows = await auditEvent.findMany({ where: over, select: { id: true }, orderBy: { at: 'asc' }, take: purgeBatchSize });
      if (rows.length > 0) await auditEvent.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
      return rows.length;
    }),
  ];
}

/** Batch after batch until one is not full, with other work in between. */
const purge = (name: string, everySeconds: number, removeBatch: () => Promise<number>): Job => ({
  name,
  everySeconds,
  run: async (lease: Lease) => {
    while ((await removeBatch()) === purgeBatchSize && (await lease.renew()));
  },
});
