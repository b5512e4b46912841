import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import { type Database, isUniqueViolation, type Queries } from '../database/database';
import { Failure } from '../errors';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/**
 * Uses up what lies nowhere until then. Part of the caller's transaction: of any number that come with the same one, the primary key lets
 * one win.
 * @throws {Failure} INVALID_CODE
 */
export async function spend(queries: Queries, token: string, expiresAt: Date): Promise<void> {
  const key = createHash('sha256').update(token).digest('base64url');
  try {
    await queries.spent.create({ data: { key, expiresAt } });
  } catch (error) {
    throw isUniqueViolation(error) ? new Failure('INVALID_CODE') : error;
  }
}

/** What would have expired by now anyhow. */
export const purgeSpent = ({ client: { spent } }: Database, clock: Clock): Job =>
  purge('purge-spent', 600, async () => {
    const over = { expiresAt: { lte: new Date(clock.now()) } };
    const rows = await spent.findMany({ where: over, select: { key: true }, orderBy: { expiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await spent.deleteMany({ where: { key: { in: rows.map(({ key }) => key) }, ...over } });
    return rows.length;
  });
