import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** Revocations whose last token has expired. */
export const purgeRevocations = ({ client: { revocation } }: Database, clock: Clock): Job =>
  purge('purge-revocations', 600, async () => {
    const over = { expiresAt: { lte: secondsAfter(clock.now(), 0) } };
    const rows = await revocation.findMany({ where: over, select: { id: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await revocation.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
    return rows.length;
  });
