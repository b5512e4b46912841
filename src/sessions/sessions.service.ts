import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AuditClient } from '../audit/audit.service';
import type { Client } from '../client';
import { secondsAfter } from '../clock';
import { insertion, type Queries, type SessionRow, type Statements, type UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import { issueDeviceToken } from '../limits/device-token';
import type { AccessTokens } from '../tokens/access-token';
import { readRefreshToken } from '../tokens/refresh-token';
import { type Delivery, deliver, forgettingIfRefused, requireDeliverable, requireKeptToken } from './delivery';
import { standingOf } from './refresh-standing';
import { type Session, tokensEnd, toSession } from './session';
import { type AuthenticatedSession, type EndableSession, isLive, type Verdict } from './session.check';
import { type EndedSessions, endAll, endAndName, endingOf, endOthers, endSessions, requireUnended, unended } from './session.ending';
import type { SessionLoader } from './session.loader';
import { createRotation, newSalt, type RotationDependencies } from './session.rotation';
import { type logoutInput, refreshHeaders, type refreshInput } from './sessions.inputs';
import type { SessionsSettings } from './sessions.settings';
import { createSignIn, type SignedIn } from './signed-in';

export type { EndedSessions } from './session.ending';

export interface SessionsService {
  /**
   * Begins a session for somebody whose password was right, or who is written in the same transaction. Of a login it
   * is the row that the password was compared with: when its generation has moved on meanwhile (a password change, a
   * disabling), there is no session (INVALID_CREDENTIALS). Beyond AUTH_SESSIONS_PER_USER the oldest session ends.
   */
  readonly start: (
    event: 'login' | 'user.registered',
    user: (statements: Statements) => Promise<UserRow>,
    client: Client,
    delivery: Delivery,
  ) => Promise<SignedIn>;
  /**
   * A token in the input wins over one that the browser keeps; the latter is taken from an allowed origin alone. The header
   * `Idempotency-Key` makes it a request that may be sent again: see SpendRefreshToken.
   * @throws {Failure} BAD_USER_INPUT, INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, FORBIDDEN, RATE_LIMITED
   */
  readonly refresh: (input: z.output<typeof refreshInput>, client: Client) => Promise<SignedIn>;
  /** Live sessions of these users, newest first. */
  readonly findLive: (userIds: readonly string[]) => Promise<SessionRow[]>;
  /** The caller's live sessions, newest first. */
  readonly list: (session: AuthenticatedSession, loader: SessionLoader) => Promise<Session[]>;
  /** The sessions of a user that some field leads to: null for everybody but that user. */
  readonly listOf: (userId: string, verdict: Verdict, loader: SessionLoader) => Promise<Session[] | null>;
  /** @throws {Failure} UNAUTHENTICATED for more than the session itself, where a spent token alone was shown */
  readonly logout: (session: EndableSession, input: z.output<typeof logoutInput>, client: Client) => Promise<EndedSessions>;
  /** Ends one session of the caller. @throws {Failure} NOT_FOUND, also for somebody else's */
  readonly revoke: (session: AuthenticatedSession, sessionId: string, client: AuditClient) => Promise<EndedSessions>;
  /** Ends the session of a refresh token of ours, a spent one included; anything else ends nothing. @throws {Failure} UNAVAILABLE */
  readonly endByRefreshToken: (token: string, client: AuditClient) => Promise<void>;
  /** Ends all sessions of a user, the ones being made included. Part of the caller's transaction. */
  readonly endAll: (queries: Queries, userId: string) => Promise<EndedSessions>;
  /** Ends every session of a user but one. Part of the caller's transaction. */
  readonly endOthers: (queries: Queries, session: AuthenticatedSession) => Promise<EndedSessions>;
  /** Asks again after a write to the user's row. Part of the caller's transaction. @throws {Failure} UNAUTHENTICATED */
  readonly requireUnended: (queries: Queries, row: SessionRow, user: UserRow) => Promise<void>;
}

interface Dependencies extends RotationDependencies {
  readonly accessTokens: AccessTokens;
  readonly config: Pick<
    SessionsSettings,
    'accessTokenSeconds' | 'refreshIdleSeconds' | 'sessionMaxSeconds' | 'refreshGraceSeconds' | 'sessionsPerUser'
  >;
}

export function createSessionsService(dependencies: Dependencies): SessionsService {
  const { database, audit, check, accessTokens, secrets, config, clock } = dependencies;
  const signIn = createSignIn(accessTokens, secrets);
  const spend = createRotation(dependencies);

  const newSession = (user: UserRow, client: Client): SessionRow => {
    const now = new Date(clock.now());
    const expiresAt = secondsAfter(now.getTime(), config.sessionMaxSeconds);
    return {
      id: randomUUID(),
      userId: user.id,
      generation: user.generation,
      refreshCounter: 0,
      refreshSalt: newSalt(),
      spentSalt: null,
      spentKey: null,
      rotatedAt: now,
      authenticatedAt: now,
      createdAt: now,
      lastUsedAt: now,
      idleExpiresAt: secondsAfter(now.getTime(), Math.min(config.refreshIdleSeconds, config.sessionMaxSeconds)),
      expiresAt,
      revokedAt: null,
      tokensExpireAt: tokensEnd(now.getTime(), expiresAt, config),
      userAgent: client.userAgent,
      ipAddress: client.ipAddress,
      methods: 'pwd',
      verifiedAt: null,
      kind: null,
    };
  };

  /** Logins that race may leave one too many each: the next one finds them. */
  const findBeyondLimit = async (statements: Statements, { id, userId, generation, createdAt }: SessionRow): Promise<string[]> => {
    const beyond = await statements.rows`
      SELECT "id" FROM "sessions" WHERE "userId" = ${userId} AND "generation" = ${generation} AND "id" <> ${id}
        AND "revokedAt" IS NULL AND "idleExpiresAt" > ${createdAt} AND "expiresAt" > ${createdAt}
      ORDER BY "createdAt" DESC, "id" DESC LIMIT ${maxBeyond} OFFSET ${config.sessionsPerUser - 1}`;
    return beyond.map(([found]) => String(found));
  };

  /** Hardly any login has to: so it is a transaction of its own, after the one that every login pays for. */
  const displace = ({ userId }: SessionRow, ids: readonly string[], client: Client): Promise<void> =>
    audit.change(async (queries, note) => {
      const ended = await endAndName(queries, { id: { in: [...ids] }, revokedAt: null }, dependencies);
      for (const sessionId of ended) note({ event: 'session.displaced', userId, sessionId, client });
    });

  const list = async ({ row, user }: AuthenticatedSession, loader: SessionLoader): Promise<Session[]> =>
    (await loader.load(user.id)).map((each) => toSession(each, row.id));

  return {
    start: async (event, userIn, client, delivery) => {
      const { beyond, ...begun } = await audit.changeByStatements(async (statements, note) => {
        const user = await userIn(statements);
        if (event === 'login') await requireUnchanged(statements, user);
        const row = newSession(user, client);
        await statements.execute(insertion('sessions', row));
        note({ event, userId: user.id, sessionId: row.id, client });
        return { row, user, beyond: event === 'login' ? await findBeyondLimit(statements, row) : [] };
      });
      if (beyond.length > 0) await displace(begun.row, beyond, client);
      const deviceToken = issueDeviceToken(begun.user, client.deviceToken, secrets);
      // After the transaction: it may have to read the signing keys.
      return deliver({ ...(await signIn(begun)), deviceToken }, delivery, client);
    },

    refresh: async ({ refreshToken, delivery }, client) => {
      const { 'idempotency-key': key } = parseInput(refreshHeaders, { 'idempotency-key': client.idempotencyKey });
      requireDeliverable(delivery, client);
      if (refreshToken != null) return deliver(await signIn(await spend(refreshToken, key, client)), delivery, client);
      const kept = requireKeptToken(client);
      return deliver(await signIn(await forgettingIfRefused(client, () => spend(kept, key, client))), delivery ?? 'COOKIE', client);
    },

    findLive: async (userIds) => {
      const rows = await database.client.session.findMany({
        where: unended(userIds, clock),
        include: { user: { select: { generation: true } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      return rows.filter(({ generation, user }) => generation === user.generation);
    },

    list,
    listOf: async (userId, verdict, loader) =>
      verdict.accepted && verdict.session.user.id === userId ? list(verdict.session, loader) : null,

    logout: async (session, { scope }, client) => {
      const { row, user } = session;
      const end = endingOf(scope, session, dependencies);
      const ended = await audit.change(async (queries, note) => {
        const { endedSessions } = await end(queries);
        const detail = `${scope.toLowerCase()}: ${endedSessions} sessions ended`;
        note({ event: 'logout', userId: user.id, sessionId: row.id, client, detail });
        return { endedSessions };
      });
      if (scope !== 'OTHERS' && client.keptRefreshToken !== null) client.notes.keep = null;
      return ended;
    },

    revoke: async (session, sessionId, client) => {
      return audit.change(async (queries, note) => {
        const ended = await endSessions(queries, { ...unended([session.user.id], clock), id: sessionId }, dependencies);
        if (ended.endedSessions === 0) throw new Failure('NOT_FOUND');
        note({ event: 'session.revoked', userId: session.user.id, sessionId, client, detail: `from session ${session.row.id}` });
        return ended;
      });
    },

    endByRefreshToken: async (token, client) => {
      const presented = readRefreshToken(token, secrets);
      const found = presented && (await check.read(presented.sessionId));
      if (presented === null || found === null) return;
      if (!isLive(found, clock.now())) return database.notices.settled(); // who ended it may not have been answered yet
      const { row } = found;
      if (standingOf(presented, row) === 'unknown') return;
      await audit.change(async (queries, note) => {
        const ended = await endSessions(queries, { id: row.id, revokedAt: null }, dependencies);
        if (ended.endedSessions > 0)
          note({ event: 'session.revoked', userId: row.userId, sessionId: row.id, client, detail: 'by its refresh token' });
      });
    },

    endAll: (queries, userId) => endAll(queries, userId, dependencies),
    endOthers: (queries, session) => endOthers(queries, session, dependencies),
    requireUnended: (queries, row, user) => requireUnended(queries, row, user, clock),
  };
}

/** PostgreSQL and SQLite agree on no word for "all that follow". */
const maxBeyond = 100_000;

/**
 * Waits for a password change or a disabling that has begun, and refuses when there was one since the password was
 * compared: a service that verifies offline could not know that the session's tokens are dead at birth.
 * @throws {Failure} INVALID_CREDENTIALS
 */
async function requireUnchanged(statements: Statements, { id, generation }: UserRow): Promise<void> {
  const count =
    await statements.execute`UPDATE "users" SET "generation" = ${generation} WHERE "id" = ${id} AND "generation" = ${generation}`;
  if (count === 0) throw new Failure('INVALID_CREDENTIALS');
}
