import DataLoader from 'dataloader';
import type { Clock } from '../clock';
import type { Database, SessionRow, UserRow } from '../database/database';
import type { UnauthenticatedReason } from '../errors';
import type { AccessTokens } from '../tokens/access-token';

declare const proven: unique symbol;

/**
 * The proof that a request comes from a live session. Only {@link createSessionCheck} makes one, and services take
 * it instead of a user id: an operation without the check does not compile.
 */
export interface AuthenticatedSession {
  readonly [proven]: true;
  readonly row: SessionRow;
  /** The user as the check read it: rights and status of this moment. */
  readonly user: UserRow;
}

export type Verdict =
  | { readonly accepted: true; readonly session: AuthenticatedSession }
  | { readonly accepted: false; readonly reason: UnauthenticatedReason };

/** A session with its user, live or not. */
export interface SessionWithUser {
  readonly row: SessionRow;
  readonly user: UserRow;
}

export interface SessionCheck {
  /** Judges an `Authorization` header. A bad one is a verdict. @throws {Failure} UNAVAILABLE */
  readonly authenticate: (authorization: string | undefined) => Promise<Verdict>;
  /** The session and its user, read afresh. @throws {Failure} UNAVAILABLE */
  readonly read: (sessionId: string) => Promise<SessionWithUser | null>;
}

/**
 * The check that every request makes: the token's session and its user are one row, read once. That alone decides
 * about logout, revocation, password change, disabling and deletion, on every node, from the moment the change was
 * answered. Requests of one turn of the event loop share one query; nothing is remembered between turns.
 */
export function createSessionCheck(database: Database, accessTokens: AccessTokens, clock: Clock): SessionCheck {
  const loader = new DataLoader<string, SessionWithUser | null>((ids) => readSessions(database, ids), {
    cache: false,
    maxBatchSize: 500, // SQLite allows 32,766 parameters, PostgreSQL 65,535
    batchScheduleFn: (dispatch) => setImmediate(dispatch),
  });
  const read = (sessionId: string) => loader.load(sessionId);

  return {
    read,
    authenticate: async (authorization) => {
      if (authorization === undefined) return { accepted: false, reason: 'MISSING' };
      const token = readBearer(authorization);
      if (token === null) return { accepted: false, reason: 'MALFORMED' };
      const verdict = await accessTokens.verify(token);
      if (!verdict.ok) return { accepted: false, reason: verdict.reason };
      const found = await read(verdict.claims.sessionId);
      if (found === null || found.user.id !== verdict.claims.userId || !isLive(found, clock.now()))
        return { accepted: false, reason: 'REVOKED' };
      // The one place that makes the proof: everything above has been asked.
      return { accepted: true, session: found as AuthenticatedSession };
    },
  };
}

/** Whether the session counts: not ended, not expired, of the user's current generation, and the user may be here. */
export function isLive({ row, user }: SessionWithUser, now: number): boolean {
  return (
    row.revokedAt === null &&
    row.idleExpiresAt.getTime() > now &&
    row.expiresAt.getTime() > now &&
    row.generation === user.generation &&
    user.disabledAt === null
  );
}

const readBearer = (authorization: string): string | null => /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null;

async function readSessions(database: Database, ids: readonly string[]): Promise<(SessionWithUser | null)[]> {
  const found = await database.readSessionsWithUsers(ids);
  const byId = new Map(found.map((session) => [session.row.id, session]));
  return ids.map((id) => byId.get(id) ?? null);
}
