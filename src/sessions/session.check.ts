import DataLoader from 'dataloader';
import type { Clock } from '../clock';
import type { Database, SessionRow, UserRow } from '../database/database';
import type { UnauthenticatedReason } from '../errors';
import type { AuthenticatedSession, KeptVerdict, Verdict } from '../proofs/proofs';
import type { Permissions } from '../roles/permissions';
import type { RoleTable } from '../roles/role-table';
import type { Secrets } from '../secrets';
import type { AccessTokenClaims, AccessTokens } from '../tokens/access-token';
import { isPageTokenOf, type PageTokenUse, sessionOfPageToken } from '../tokens/page-token';
import { readRefreshToken } from '../tokens/refresh-token';
import type { SigningKeys } from '../tokens/signing-keys.service';
import { createKeepAlive } from './pages/keep-alive';
import { standingOf } from './refresh/refresh-standing';
import type { SessionsSettings } from './sessions.settings';

/** A verdict, and what the token says where it was accepted. */
export type TokenVerdict =
  | { readonly accepted: true; readonly session: AuthenticatedSession; readonly claims: AccessTokenClaims }
  | { readonly accepted: false; readonly reason: UnauthenticatedReason };

/** A session with its user, live or not. */
export interface SessionWithUser {
  readonly row: SessionRow;
  readonly user: UserRow;
}

export interface SessionCheck {
  /** Judges an `Authorization` header. A bad one is a verdict. @throws {Failure} UNAVAILABLE */
  readonly authenticate: (authorization: string | undefined) => Promise<TokenVerdict>;
  /** Judges an access token as every request does. @throws {Failure} UNAVAILABLE */
  readonly judge: (token: string) => Promise<TokenVerdict>;
  /**
   * Judges a refresh token that a browser keeps, without spending it. The one before the current is good for ending that session, at
   * any age, because the answer with its successor may have been lost; whoever has it can do that anyhow (`/v1/revoke` takes any
   * spent one). @throws {Failure} UNAVAILABLE
   */
  readonly authenticateKept: (refreshToken: string) => Promise<KeptVerdict>;
  /**
   * Judges what a browser keeps of a session of pages: see tokens/page-token.ts. At most once in five minutes the session is noted as used, and
   * its idle end moves. @throws {Failure} UNAVAILABLE
   */
  readonly authenticatePage: (token: string | undefined, use: PageTokenUse) => Promise<Verdict>;
  /** The session and its user, read afresh. @throws {Failure} UNAVAILABLE */
  readonly read: (sessionId: string) => Promise<SessionWithUser | null>;
  /** A session that a token has shown before and that lives still, read afresh: for streams that may outlive their token. @throws {Failure} UNAVAILABLE */
  readonly readLive: (sessionId: string) => Promise<AuthenticatedSession | null>;
}

interface Dependencies {
  readonly database: Database;
  readonly accessTokens: AccessTokens;
  readonly keys: Pick<SigningKeys, 'find' | 'refresh'>;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly roleTable: RoleTable;
  readonly config: Pick<SessionsSettings, 'refreshIdleSeconds'>;
}

/** What one request asks: a session, and the key of the token that named it. */
interface Question {
  readonly sessionId: string;
  readonly keyId: string;
}

/**
 * The check that every request makes: the token's session and its user are one row. That alone decides about logout,
 * revocation, password change, disabling and deletion, on every node, from the moment the change was answered. Whether
 * the token's key was removed is asked with it, so that an emergency reaches every node as soon.
 *
 * Requests of one turn of the event loop ask together, after the loop has taken in whatever had arrived: no question is
 * older than the requests that ask it. Where nobody remembers sessions, one question at a time is under way, as long as
 * its answer comes soon. What the database's room may remember of the rows, and why that is as strict as a query, is in
 * docs/decisions/014 and 015.
 */
export function createSessionCheck(dependencies: Dependencies): SessionCheck {
  const { database, accessTokens, keys, secrets, clock, roleTable } = dependencies;
  const keepAlive = createKeepAlive(dependencies);
  const ask = (questions: readonly Question[]) => readSessions(database, keys, questions);
  const remembered = database.remembersSessions ? askingAtOnce(ask) : askingOneAtATime(ask);
  const fresh = askingAtOnce((ids: readonly string[]) => readAfresh(database, ids));
  const read = (sessionId: string): Promise<SessionWithUser | null> => fresh.load(sessionId);

  const judge = async (token: string): Promise<TokenVerdict> => {
    const verdict = await accessTokens.verify(token);
    if (!verdict.ok) return { accepted: false, reason: verdict.reason };
    const { claims } = verdict;
    const known = await remembered.load(claims);
    // A refresh, on another node perhaps, may have put its end off.
    const found = known && isIdle(known, clock.now()) ? await read(claims.sessionId) : known;
    if (found === null || found.user.id !== claims.userId || !isLive(found, clock.now())) return { accepted: false, reason: 'REVOKED' };
    if ((await keys.find(claims.keyId)) === null) return { accepted: false, reason: 'INVALID' }; // removed while we asked
    return { accepted: true, session: prove(found, roleTable), claims };
  };

  return {
    read,
    readLive: async (sessionId) => {
      const found = await read(sessionId);
      return found !== null && isLive(found, clock.now()) ? prove(found, roleTable) : null;
    },
    judge,
    authenticate: async (authorization) => {
      if (authorization === undefined) return { accepted: false, reason: 'MISSING' };
      const token = readBearer(authorization);
      return token === null ? { accepted: false, reason: 'MALFORMED' } : judge(token);
    },
    authenticatePage: async (token, use) => {
      const sessionId = token === undefined ? null : sessionOfPageToken(token);
      if (token === undefined || sessionId === null) return { accepted: false, reason: token === undefined ? 'MISSING' : 'INVALID' };
      const found = await read(sessionId);
      if (found === null || found.row.kind !== 'page' || !isPageTokenOf(token, found.row, use, secrets))
        return { accepted: false, reason: 'INVALID' };
      if (!isLive(found, clock.now())) return { accepted: false, reason: 'REVOKED' };
      await keepAlive(found.row);
      return { accepted: true, session: prove(found, roleTable) };
    },
    authenticateKept: async (refreshToken) => {
      const presented = readRefreshToken(refreshToken, secrets);
      if (presented === null) return { accepted: false, reason: 'INVALID' };
      const found = await read(presented.sessionId);
      if (found === null || !isLive(found, clock.now())) return { accepted: false, reason: 'REVOKED' };
      const standing = standingOf(presented, found.row);
      if (standing === 'current') return { accepted: true, session: prove(found, roleTable) };
      return standing === 'previous' ? { accepted: true, session: { spent: true, ...found } } : { accepted: false, reason: 'REVOKED' };
    },
  };
}

/** SQLite allows 32,766 parameters in a statement, PostgreSQL 65,535. */
const maxBatchSize = 500;

type Ask<Question, Answer> = (questions: readonly Question[]) => Promise<Answer[]>;

const inThisTurn = (dispatch: () => void): void => void setImmediate(dispatch);

const askingAtOnce = <Question, Answer>(ask: Ask<Question, Answer>): DataLoader<Question, Answer> =>
  new DataLoader(ask, { cache: false, maxBatchSize, batchScheduleFn: inThisTurn });

/** How long a question that is not answered holds up the next one, in milliseconds. */
const maxHoldUpMs = 5;

/**
 * Where each question is a query: while one is under way, the requests that arrive wait for its answer and then ask together. The busier the
 * database, the more of them share a query.
 */
function askingOneAtATime<Question, Answer>(ask: Ask<Question, Answer>): DataLoader<Question, Answer> {
  let free: Promise<unknown> = Promise.resolve();
  const askNext: Ask<Question, Answer> = (questions) => {
    const answer = ask(questions);
    free = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxHoldUpMs);
      const release = (): void => {
        clearTimeout(timer);
        resolve();
      };
      answer.then(release, release);
    });
    return answer;
  };
  const whenFree = (dispatch: () => void): void => void free.then(() => inThisTurn(dispatch));
  return new DataLoader(askNext, { cache: false, maxBatchSize, batchScheduleFn: whenFree });
}

/** The one place that makes the proof, of what has been found live. */
function prove({ row, user }: SessionWithUser, { permissionsOf }: RoleTable): AuthenticatedSession {
  let known: Promise<Permissions> | undefined;
  const permissions = (): Promise<Permissions> => {
    known ??= permissionsOf(user.roles);
    return known;
  };
  return { row, user, permissions } as AuthenticatedSession;
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

const isIdle = ({ row }: SessionWithUser, now: number): boolean => row.revokedAt === null && row.idleExpiresAt.getTime() <= now;

/** The token of a header. Null: it is no `Bearer`. */
export const readBearer = (authorization: string): string | null => /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null;

async function readSessions(
  database: Database,
  keys: Pick<SigningKeys, 'refresh'>,
  questions: readonly Question[],
): Promise<(SessionWithUser | null)[]> {
  const keyIds = [...new Set(questions.map(({ keyId }) => keyId))];
  return askOnce(
    questions.map(({ sessionId }) => sessionId),
    async (sessionIds) => {
      const { sessions, areKeysUsable } = await database.readCurrentSessions(sessionIds, keyIds);
      if (!areKeysUsable) await keys.refresh();
      return sessions;
    },
  );
}

const readAfresh = (database: Database, ids: readonly string[]): Promise<(SessionWithUser | null)[]> =>
  askOnce(ids, (distinct) => database.readSessionsAfresh(distinct));

/** Asks once for each id, and answers as often as it was named. */
async function askOnce<T>(
  ids: readonly string[],
  answer: (distinct: readonly string[]) => Promise<readonly (T | null)[]>,
): Promise<(T | null)[]> {
  const distinct = [...new Set(ids)];
  const answers = await answer(distinct);
  const byId = new Map(distinct.map((id, position) => [id, answers[position] ?? null]));
  return ids.map((id) => byId.get(id) ?? null);
}
