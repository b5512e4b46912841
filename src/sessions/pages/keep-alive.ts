import { type Clock, secondsAfter } from '../../clock';
import type { Database, SessionRow } from '../../database/database';
import { noteUse } from '../../database/queries/page-session.query';
import type { SessionsSettings } from '../sessions.settings';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly config: Pick<SessionsSettings, 'refreshIdleSeconds'>;
}

/** How long what is written of the last use may be old, in milliseconds: a write for each page would be many. */
const maxAgeMs = 5 * 60 * 1000;

/** A session of pages has no token that is refreshed: being used puts its idle end off. The last end stays where it is. */
export const createKeepAlive =
  ({ database, clock, config }: Dependencies) =>
  async (row: SessionRow): Promise<void> => {
    const now = clock.now();
    const { lastUsedAt, expiresAt } = row;
    if (now - lastUsedAt.getTime() < maxAgeMs) return;
    const idleEnd = secondsAfter(now, config.refreshIdleSeconds).getTime();
    await noteUse(database.statements, row, new Date(now), new Date(Math.min(idleEnd, expiresAt.getTime())));
  };
