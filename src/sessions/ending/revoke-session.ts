import { userActor } from '../../actor';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import type { Database } from '../../database/database';
import { Failure } from '../../errors';
import type { AuthenticatedSession } from '../../proofs/proofs';
import type { Requester } from '../../requester';
import type { Secrets } from '../../secrets';
import { readRefreshToken } from '../../tokens/refresh-token';
import { standingOf } from '../refresh/refresh-standing';
import { isLive, type SessionCheck } from '../session.check';
import type { SessionsEvent } from '../sessions.events';
import { type EndedSessions, endSessions, unended } from './session.ending';

/** One session ends, by its id or by its refresh token. */
export interface RevokeSession {
  /** Ends one session of the caller. @throws {Failure} NOT_FOUND, also for somebody else's; UNAVAILABLE */
  readonly revoke: (session: AuthenticatedSession, sessionId: string, requester: Requester) => Promise<EndedSessions>;
  /** Ends the session of a refresh token of ours, a spent one included; anything else ends nothing. @throws {Failure} UNAVAILABLE */
  readonly endByRefreshToken: (token: string, requester: Requester) => Promise<void>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<SessionsEvent>;
  readonly check: SessionCheck;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

export function createRevokeSession(dependencies: Dependencies): RevokeSession {
  const { database, audit, check, secrets, clock } = dependencies;
  return {
    revoke: async ({ row, user }, sessionId, requester) =>
      audit.change(async (queries, note) => {
        const ended = await endSessions(queries, { ...unended([user.id], clock), id: sessionId }, dependencies);
        if (ended.endedSessions === 0) throw new Failure('NOT_FOUND');
        note({
          event: 'session.revoked',
          userId: user.id,
          sessionId,
          actor: userActor(user.id, requester),
          detail: `from session ${row.id}`,
        });
        return ended;
      }),

    endByRefreshToken: async (token, requester) => {
      const presented = readRefreshToken(token, secrets);
      const found = presented && (await check.read(presented.sessionId));
      if (presented === null || found === null) return;
      if (!isLive(found, clock.now())) return database.notices.settled(); // who ended it may not have been answered yet
      const { row } = found;
      if (standingOf(presented, row) === 'unknown') return;
      await audit.change(async (queries, note) => {
        const ended = await endSessions(queries, { id: row.id, revokedAt: null }, dependencies);
        if (ended.endedSessions > 0)
          note({
            event: 'session.revoked',
            userId: row.userId,
            sessionId: row.id,
            actor: userActor(row.userId, requester),
            detail: 'by its refresh token',
          });
      });
    },
  };
}
