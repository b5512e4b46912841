import type { Clock } from '../clock';
import type { Database, SessionRow, UserRow } from '../database/database';
import type { UnauthenticatedReason } from '../errors';
import type { Secrets } from '../secrets';
import type { AccessTokenClaims, AccessTokens } from '../tokens/access-token';
import { readRefreshToken } from '../tokens/refresh-token';
import type { SigningKeys } from '../tokens/signing-keys.service';
import { inBatches } from './batches';

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
  readonly authenticate: (authorization: string | undefined) => Promise<Verdict>;
  /** Judges an access token as every request does. @throws {Failure} UNAVAILABLE */
  readonly judge: (token: string) => Promise<TokenVerdict>;
  /**
   * Judges a refresh token that a browser keeps, without spending it: enough to end the session. The one before the
   * current is enough as well, at any age, because the answer with its successor may have been lost; whoever has it can
   * end that session anyhow (`/v1/revoke` takes any spent one). @throws {Failure} UNAVAILABLE
   */
  readonly authenticateKept: (refreshToken: string) => Promise<Verdict>;
  /** The session and its user, read afresh. @throws {Failure} UNAVAILABLE */
  readonly read: (sessionId: string) => Promise<SessionWithUser | null>;
}

interface Dependencies {
  readonly database: Database;
  readonly accessTokens: AccessTokens;
  readonly keys: Pick<SigningKeys, 'find' | 'refresh'>;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** What one request asks: a session, and the key of the token that named it. */
interface Question {
  readonly sessionId: string;
  readonly keyId: string;
}

/**
 * The check that every request makes: the token's session and its user are one row, read once. That alone decides
 * about logout, revocation, password change, disabling and deletion, on every node, from the moment the change was
 * answered. The same statement asks whether the token's key was removed, so that an emergency reaches every node as
 * soon. Requests of one turn of the event loop share one query; nothing is remembered between turns.
 */
export function createSessionCheck({ database, accessTokens, keys, secrets, clock }: Dependencies): SessionCheck {
  const ask = inBatches((questions: readonly Question[]) => readSessions(database, keys, questions));

  const read = inBatches((ids: readonly string[]) => readAfresh(database, ids));

  const judge = async (token: string): Promise<TokenVerdict> => {
    const verdict = await accessTokens.verify(token);
    if (!verdict.ok) return { accepted: false, reason: verdict.reason };
    const { claims } = verdict;
    const remembered = await ask(claims);
    // A refresh, on another node perhaps, may have put its end off.
    const found = remembered && isIdle(remembered, clock.now()) ? await read(claims.sessionId) : remembered;
    if (found === null || found.user.id !== claims.userId || !isLive(found, clock.now())) return { accepted: false, reason: 'REVOKED' };
    if ((await keys.find(claims.keyId)) === null) return { accepted: false, reason: 'INVALID' }; // removed while we asked
    return { accepted: true, session: prove(found), claims };
  };

  return {
    read,
    judge,
    authenticate: async (authorization) => {
      if (authorization === undefined) return { accepted: false, reason: 'MISSING' };
      const token = readBearer(authorization);
      return token === null ? { accepted: false, reason: 'MALFORMED' } : judge(token);
    },
    authenticateKept: async (refreshToken) => {
      const presented = readRefreshToken(refreshToken, secrets);
      if (presented === null) return { accepted: false, reason: 'INVALID' };
      const found = await read(presented.sessionId);
      const isRecent = found !== null && [0, 1].includes(found.row.refreshCounter - presented.counter);
      return isRecent && isLive(found, clock.now()) ? { accepted: true, session: prove(found) } : { accepted: false, reason: 'REVOKED' };
    },
  };
}

/** The one place that makes the proof, of what has been found live. */
const prove = (found: SessionWithUser): AuthenticatedSession => found as AuthenticatedSession;

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

const readBearer = (authorization: string): string | null => /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null;

async function readSessions(
  database: Database,
  keys: Pick<SigningKeys, 'refresh'>,
  questions: readonly Question[],
): Promise<(SessionWithUser | null)[]> {
  const keyIds = new Set<string>();
  for (const { keyId } of questions) keyIds.add(keyId);
  const positions = new Map<string, number>();
  for (const { sessionId } of questions) if (!positions.has(sessionId)) positions.set(sessionId, positions.size);
  const { sessions, areKeysUsable } = await database.readCurrentSessions([...positions.keys()], [...keyIds]);
  if (!areKeysUsable) await keys.refresh();
  return questions.map(({ sessionId }) => sessions[positions.get(sessionId) ?? -1] ?? null);
}

async function readAfresh(database: Database, ids: readonly string[]): Promise<(SessionWithUser | null)[]> {
  const distinct = [...new Set(ids)];
  const sessions = await database.readSessionsAfresh(distinct);
  return ids.map((id) => sessions[distinct.indexOf(id)] ?? null);
}
