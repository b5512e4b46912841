import { type Clock, secondsAfter } from '../clock';
import type { Database } from '../database/database';
import { keyTimes } from '../tokens/key-rotation';
import type { AuthenticatedClient } from './clients.service';

/** What a service that verifies offline must refuse: whole, so that there is no cursor which could skip something. */
export interface Revocations {
  /** Sessions that have ended, each until its last access token has expired. */
  readonly sessions: readonly string[];
  /** Signing keys that were removed. */
  readonly keys: readonly string[];
}

export interface RevocationsService {
  /** @throws {Failure} UNAVAILABLE */
  readonly snapshot: (client: AuthenticatedClient) => Promise<Revocations>;
}

/** Nodes' clocks write the moment at which a session ended, and may differ a little. */
const clockDifferenceSeconds = 60;

export function createRevocationsService(database: Database, clock: Clock): RevocationsService {
  return {
    snapshot: async () => {
      const now = clock.now();
      const since = secondsAfter(now, -keyTimes.tokensLiveForSeconds);
      const [sessions, keys] = await Promise.all([
        database.client.session.findMany({
          // A session that was ended has its end there too: this range of one index has those, and no live ones.
          where: { idleExpiresAt: { gt: since, lt: secondsAfter(now, clockDifferenceSeconds) }, revokedAt: { not: null } },
          select: { id: true },
          orderBy: { id: 'asc' },
        }),
        database.client.signingKey.findMany({
          where: { removedAt: { not: null }, expiresAt: { gt: new Date(now) } },
          select: { id: true },
          orderBy: { id: 'asc' },
        }),
      ]);
      return { sessions: sessions.map(({ id }) => id), keys: keys.map(({ id }) => id) };
    },
  };
}
