import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** Proofs that nobody used in time. */
export const purgeMailTokens = ({ client: { mailToken } }: Database, clock: Clock): Job =>
  purge('purge-mail-tokens', 600, async () => {
    const over = { expiresAt: { lte: new Date(clock.now()) } };
    const rows = await mailToken.findMany({ where: over, select: { id: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await mailToken.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
    return rows.length;
  });
