import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** Buckets that are empty again. */
export const purgeAttempts = ({ client: { attempt } }: Database, clock: Clock): Job =>
  purge('purge-attempts', 600, async () => {
    const over = { expiresAt: { lte: secondsAfter(clock.now(), 0) } };
    const rows = await attempt.findMany({ where: over, select: { key: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await attempt.deleteMany({ where: { key: { in: rows.map(({ key }) => key) }, ...over } });
    return rows.length;
  });
