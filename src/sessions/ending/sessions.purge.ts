import { type Clock, secondsAfter } from '../../clock';
import type { Database } from '../../database/database';
import type { Job } from '../../jobs/jobs.service';
import { purge, purgeBatchSize } from '../../jobs/purge';

/**
 * How long a session stays after its end: no access token lives longer (AUTH_ACCESS_TOKEN_SECONDS is at most a day), and
 * a spent refresh token of an ended session is INVALID_REFRESH_TOKEN with or without a row. Address and user agent go with it.
 */
export const endedSessionSeconds = 24 * 60 * 60;

/** Sessions that ended a day ago. */
export const purgeSessions = ({ client: { session } }: Database, clock: Clock): Job =>
  purge('purge-sessions', 3_600, async () => {
    const over = { idleExpiresAt: { lte: secondsAfter(clock.now(), -endedSessionSeconds) } };
    const rows = await session.findMany({ where: over, select: { id: true }, orderBy: { idleExpiresAt: 'asc' }, take: purgeBatchSize });
    if (rows.length > 0) await session.deleteMany({ where: { id: { in: rows.map(({ id }) => id) }, ...over } });
    return rows.length;
  });
