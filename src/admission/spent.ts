import type { Clock } from '../clock';
import type { Database, Queries } from '../database/database';
import { spendOnce } from '../database/queries/spent.query';
import { Failure } from '../errors';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** As {@link spendOnce}. @throws {Failure} INVALID_CODE */
export async function spend(queries: Queries, token: string, expiresAt: Date): Promise<void> {
  if (!(await spendOnce(queries, token, expiresAt))) throw new Failure('INVALID_CODE');
}

/** What would have expired by now anyhow. */
export const purgeSpent = ({ client: { spent } }: Database, clock: Clock): Job =>
  purge('purge-spent', 600, async () => {
    const over = { expiresAt: { lte: new Date(clock.now()) } };
    const rows = await spent.findMany({ where: over, select: { key: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await spent.deleteMany({ where: { key: { in: rows.map(({ key }) => key) }, ...over } });
    return rows.length;
  });
