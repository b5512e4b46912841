import { randomBytes, randomUUID } from 'node:crypto';
import type { AuditClient, AuditService } from '../audit/audit.service';
import type { Client } from '../client';
import { type Clock, secondsAfter } from '../clock';
import type { Config } from '../config';
import type { Database, Queries, SessionRow, UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import type { Secrets } from '../secrets';
import type { AccessTokens } from '../tokens/access-token';
import { type RefreshTokenContent, readRefreshToken, writeRefreshToken } from '../tokens/refresh-token';
import { toRoles, toUser, type User } from '../users/user';
import { endOf, type Session, toSession } from './session';
import { type AuthenticatedSession, isLive, type SessionCheck, type SessionWithUser, type Verdict } from './session.check';
import type { SessionLoader } from './session.loader';
import { logoutInput, refreshInput, sessionIdInput } from './sessions.inputs';

/** What a client gets when it registers, logs in or refreshes. */
export interface SignedIn {
  readonly user: User;
  readonly session: Session;
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** Seconds. */
  readonly expiresIn: number;
  readonly refreshToken: string | null;
}

export interface EndedSessions {
  readonly endedSessions: number;
}

export interface SessionsService {
  /**
   * Begins a session for somebody whose password was right, or who is written in the same transaction. Of a login it
   * is the row that the password was compared with: when its generation has moved on meanwhile (a password change, a
   * disabling), the session is dead at birth. Beyond AUTH_SESSIONS_PER_USER the oldest session ends.
   */
  readonly start: (event: 'login' | 'user.registered', user: (queries: Queries) => Promise<UserRow>, client: Client) => Promise<SignedIn>;
  /** @throws {Failure} INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED */
  readonly refresh: (input: unknown, client: Client) => Promise<SignedIn>;
  /** Live sessions of these users, newest first. */
  readonly findLive: (userIds: readonly string[]) => Promise<SessionRow[]>;
  /** The caller's live sessions, newest first. */
  readonly list: (session: AuthenticatedSession, loader: SessionLoader) => Promise<Session[]>;
  /** The sessions of a user that some field leads to: null for everybody but that user. */
  readonly listOf: (userId: string, verdict: Verdict, loader: SessionLoader) => Promise<Session[] | null>;
  readonly logout: (session: AuthenticatedSession, input: unknown, client: AuditClient) => Promise<EndedSessions>;
  /** Ends one session of the caller. @throws {Failure} NOT_FOUND, also for somebody else's */
  readonly revoke: (session: AuthenticatedSession, id: unknown, client: AuditClient) => Promise<EndedSessions>;
  /** Ends all sessions of a user, the ones being made included. Part of the caller's transaction. */
  readonly endAll: (queries: Queries, userId: string) => Promise<EndedSessions>;
  /** Ends every session of a user but one. Part of the caller's transaction. */
  readonly endOthers: (queries: Queries, session: AuthenticatedSession) => Promise<EndedSessions>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly check: SessionCheck;
  readonly accessTokens: AccessTokens;
  readonly secrets: Secrets;
  readonly config: Pick<Config, 'refreshIdleSeconds' | 'sessionMaxSeconds' | 'refreshGraceSeconds' | 'sessionsPerUser'>;
  readonly clock: Clock;
}

export function createSessionsService({ database, audit, check, accessTokens, secrets, config, clock }: Dependencies): SessionsService {
  const live = (userIds: readonly string[]) => {
    const now = new Date(clock.now());
    return { userId: { in: [...userIds] }, revokedAt: null, idleExpiresAt: { gt: now }, expiresAt: { gt: now } };
  };

  const answer = async ({ row, user }: SessionWithUser): Promise<SignedIn> => {
    const token = await accessTokens.issue({
      userId: user.id,
      sessionId: row.id,
      authenticatedAt: row.authenticatedAt,
      roles: toRoles(user.roles),
      sessionEndsAt: endOf(row),
    });
    const refreshToken = writeRefreshToken({ sessionId: row.id, counter: row.refreshCounter, salt: row.refreshSalt }, secrets);
    return { user: toUser(user), session: toSession(row, row.id), tokenType: 'Bearer', refreshToken, ...token };
  };

  /** One statement: of any number of tabs with the same token, one rotates it. */
  const rotate = async ({ sessionId, counter, salt }: RefreshTokenContent, expiresAt: Date): Promise<boolean> => {
    const now = new Date(clock.now());
    const { count } = await database.client.session.updateMany({
      where: {
        id: sessionId,
        refreshCounter: counter,
        refreshSalt: salt,
        revokedAt: null,
        idleExpiresAt: { gt: now },
        expiresAt: { gt: now },
      },
      data: {
        refreshCounter: counter + 1,
        refreshSalt: newSalt(),
        rotatedAt: now,
        lastUsedAt: now,
        idleExpiresAt: earlier(secondsAfter(now.getTime(), config.refreshIdleSeconds), expiresAt),
      },
    });
    return count === 1;
  };

  const isWithinGrace = (row: SessionRow): boolean =>
    config.refreshGraceSeconds > 0 && clock.now() - row.rotatedAt.getTime() <= config.refreshGraceSeconds * 1000;

  const readLive = async (sessionId: string): Promise<SessionWithUser> => {
    const found = await check.read(sessionId);
    if (found === null || !isLive(found, clock.now())) throw new Failure('INVALID_REFRESH_TOKEN');
    return found;
  };

  const endReused = async ({ row }: SessionWithUser, client: Client): Promise<never> => {
    await audit.change(async (queries, note) => {
      note({ event: 'session.refresh_reused', outcome: 'refused', userId: row.userId, sessionId: row.id, client });
      await endSessions(queries, { id: row.id, revokedAt: null }, clock);
    });
    throw new Failure('REFRESH_TOKEN_REUSED');
  };

  const newSession = (user: UserRow, client: Client) => {
    const now = new Date(clock.now());
    return {
      id: randomUUID(),
      userId: user.id,
      generation: user.generation,
      refreshSalt: newSalt(),
      rotatedAt: now,
      authenticatedAt: now,
      createdAt: now,
      lastUsedAt: now,
      idleExpiresAt: secondsAfter(now.getTime(), Math.min(config.refreshIdleSeconds, config.sessionMaxSeconds)),
      expiresAt: secondsAfter(now.getTime(), config.sessionMaxSeconds),
      userAgent: client.userAgent,
      ipAddress: client.ipAddress,
    };
  };

  /** Logins that race may leave one too many each: the next one ends them. @returns the ids of what it ended */
  const endBeyondLimit = async (queries: Queries, newest: SessionRow): Promise<string[]> => {
    const beyond = await queries.session.findMany({
      where: { ...live([newest.userId]), generation: newest.generation, id: { not: newest.id } },
      select: { id: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      skip: config.sessionsPerUser - 1,
    });
    const ids = beyond.map(({ id }) => id);
    if (ids.length > 0) await endSessions(queries, { id: { in: ids }, revokedAt: null }, clock);
    return ids;
  };

  const list = async ({ row, user }: AuthenticatedSession, loader: SessionLoader): Promise<Session[]> =>
    (await loader.load(user.id)).map((each) => toSession(each, row.id));

  return {
    start: async (event, userIn, client) => {
      const begun = await audit.change(async (queries, note) => {
        const user = await userIn(queries);
        const row = await queries.session.create({ data: newSession(user, client) });
        note({ event, userId: user.id, sessionId: row.id, client });
        if (event === 'login')
          for (const sessionId of await endBeyondLimit(queries, row))
            note({ event: 'session.displaced', userId: user.id, sessionId, client });
        return { row, user };
      });
      return answer(begun); // after the transaction: it may have to read the signing keys
    },

    refresh: async (input, client) => {
      const { refreshToken } = parseInput(refreshInput, input ?? {});
      const presented = readRefreshToken(refreshToken ?? '', secrets);
      if (presented === null) throw new Failure('INVALID_REFRESH_TOKEN');

      const before = await readLive(presented.sessionId);
      const isCurrent = presented.counter === before.row.refreshCounter && presented.salt === before.row.refreshSalt;
      if (isCurrent && (await rotate(presented, before.row.expiresAt))) {
        audit.log({ event: 'session.refreshed', userId: before.user.id, sessionId: before.row.id, client });
        return answer(await readLive(presented.sessionId));
      }

      const found = isCurrent ? await readLive(presented.sessionId) : before; // another tab was faster
      const behind = found.row.refreshCounter - presented.counter;
      if (behind <= 0) throw new Failure('INVALID_REFRESH_TOKEN'); // of a time that a restored backup does not know: ends nothing
      if (behind === 1 && isWithinGrace(found.row)) return answer(found);
      return endReused(found, client);
    },

    findLive: async (userIds) => {
      const rows = await database.client.session.findMany({
        where: live(userIds),
        include: { user: { select: { generation: true } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      return rows.filter(({ generation, user }) => generation === user.generation);
    },

    list,
    listOf: async (userId, verdict, loader) =>
      verdict.accepted && verdict.session.user.id === userId ? list(verdict.session, loader) : null,

    logout: async (session, input, client) => {
      const { scope } = parseInput(logoutInput, input ?? {});
      const { row, user } = session;
      return audit.change(async (queries, note) => {
        const ended = await endInScope[scope](queries, session, clock);
        const detail = `${scope.toLowerCase()}: ${ended.endedSessions} sessions ended`;
        note({ event: 'logout', userId: user.id, sessionId: row.id, client, detail });
        return ended;
      });
    },

    revoke: async (session, id, client) => {
      const sessionId = parseInput(sessionIdInput, id);
      return audit.change(async (queries, note) => {
        const ended = await endSessions(queries, { ...live([session.user.id]), id: sessionId }, clock);
        if (ended.endedSessions === 0) throw new Failure('NOT_FOUND');
        note({ event: 'session.revoked', userId: session.user.id, sessionId, client, detail: `from session ${session.row.id}` });
        return ended;
      });
    },

    endAll: (queries, userId) => endAll(queries, userId, clock),
    endOthers: (queries, session) => endOthers(queries, session, clock),
  };
}

const earlier = (left: Date, right: Date): Date => (left < right ? left : right);

const newSalt = (): string => randomBytes(8).toString('base64url');

type SessionFilter = NonNullable<NonNullable<Parameters<Queries['session']['updateMany']>[0]>['where']>;

async function endSessions(queries: Queries, where: SessionFilter, clock: Clock): Promise<EndedSessions> {
  const now = new Date(clock.now());
  // `idleExpiresAt` is the end of every session, however it ends: one index finds what may be purged.
  const { count } = await queries.session.updateMany({ where, data: { revokedAt: now, idleExpiresAt: now } });
  return { endedSessions: count };
}

const endInScope = {
  CURRENT: (queries: Queries, { row }: AuthenticatedSession, clock: Clock) => endSessions(queries, { id: row.id, revokedAt: null }, clock),
  OTHERS: endOthers,
  ALL: (queries: Queries, { user }: AuthenticatedSession, clock: Clock) => endAll(queries, user.id, clock),
} as const;

/** A new generation first: it waits for, or is waited for by, everything else that changes this user. */
async function endAll(queries: Queries, userId: string, clock: Clock): Promise<EndedSessions> {
  await queries.user.update({ where: { id: userId }, data: { generation: { increment: 1 } }, select: { id: true } });
  return endSessions(queries, unended(userId, clock), clock);
}

async function endOthers(queries: Queries, session: AuthenticatedSession, clock: Clock): Promise<EndedSessions> {
  const { generation } = await queries.user.update({
    where: { id: session.user.id },
    data: { generation: { increment: 1 } },
    select: { generation: true },
  });
  const kept = await queries.session.updateMany({ where: { id: session.row.id, revokedAt: null }, data: { generation } });
  if (kept.count === 0) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' }); // ended since the check: it may not end others
  return endSessions(queries, { ...unended(session.user.id, clock), id: { not: session.row.id } }, clock);
}

const unended = (userId: string, clock: Clock): SessionFilter => {
  const now = new Date(clock.now());
  return { userId, revokedAt: null, idleExpiresAt: { gt: now }, expiresAt: { gt: now } };
};
