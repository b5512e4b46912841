import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** Events that are older than AUTH_AUDIT_DAYS. */
export const purgeAudit = ({ client: { auditEvent } }: Database, clock: Clock, auditDays: number): Job =>
  purge('purge-audit', 3_600, async () => {
    const over = { at: { lte: secondsAfter(clock.now(), -auditDays * 24 * 60 * 60) } };
    const rows = await auditEvent.findMany({ where: over, select: { id: true }, orderBy: { at: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await auditEvent.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
    return rows.length;
  });
