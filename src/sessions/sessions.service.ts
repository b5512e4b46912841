import type { Queries, SessionRow, UserRow } from '../database/database';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { AccessTokens } from '../tokens/access-token';
import { createLogOut, type LogOut } from './ending/log-out';
import { createRevokeSession, type RevokeSession } from './ending/revoke-session';
import { type EndedSessions, endAll, endOthers, endSessions, requireUnended, unended } from './ending/session.ending';
import { createListSessions, type ListSessions } from './listing/list-sessions';
import { createRefresh, type Refresh } from './refresh/refresh';
import { createRotation } from './refresh/session.rotation';
import type { RotationDependencies } from './refresh/spent-token';
import type { SessionsSettings } from './sessions.settings';
import { createSignIn } from './signed-in';
import { createStartSession, type StartDependencies, type StartSession } from './start-session';

export type { EndedSessions } from './ending/session.ending';

/** Sessions: each operation has a file of its own. */
export interface SessionsService extends StartSession, ListSessions, RevokeSession {
  readonly refresh: Refresh;
  readonly logout: LogOut;
  /** Ends all sessions of a user, the ones being made included. Part of the caller's transaction. */
  readonly endAll: (queries: Queries, userId: string) => Promise<EndedSessions>;
  /** Ends those sessions of a user that there are, and not the account's generation. Part of the caller's transaction. */
  readonly endLive: (queries: Queries, userId: string) => Promise<EndedSessions>;
  /** Ends every session of a user but one. Part of the caller's transaction. */
  readonly endOthers: (queries: Queries, session: AuthenticatedSession) => Promise<EndedSessions>;
  /** Asks again after a write to the user's row. Part of the caller's transaction. @throws {Failure} UNAUTHENTICATED */
  readonly requireUnended: (queries: Queries, row: SessionRow, user: UserRow) => Promise<void>;
}

type Dependencies = RotationDependencies &
  StartDependencies & { readonly accessTokens: AccessTokens; readonly config: Pick<SessionsSettings, 'freshSeconds'> };

export function createSessionsService(dependencies: Dependencies): SessionsService {
  const { accessTokens, secrets, clock, config } = dependencies;
  const signIn = createSignIn(accessTokens, secrets, config);
  return {
    ...createStartSession(dependencies, signIn),
    ...createListSessions(dependencies),
    ...createRevokeSession(dependencies),
    refresh: createRefresh(createRotation(dependencies), signIn),
    logout: createLogOut(dependencies),
    endAll: (queries, userId) => endAll(queries, userId, dependencies),
    endLive: (queries, userId) => endSessions(queries, unended([userId], clock), dependencies),
    endOthers: (queries, session) => endOthers(queries, session, dependencies),
    requireUnended: (queries, row, user) => requireUnended(queries, row, user, clock),
  };
}
