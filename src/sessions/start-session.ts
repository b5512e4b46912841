import { randomUUID } from 'node:crypto';
import { userActor } from '../actor';
import type { Answer } from '../answer';
import type { AuditService, Note } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import { type Database, insertion, type Queries, type SessionRow, type Statements, type UserRow } from '../database/database';
import { Failure } from '../errors';
import { issueDeviceToken } from '../limits/device-token';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import { type Delivery, deliver, deliverToPage } from './delivery';
import { endAndName } from './ending/session.ending';
import { createNewDeviceNotice } from './new-device';
import { newSalt } from './refresh/session.rotation';
import { type AuthMethod, tokensEnd } from './session';
import type { SessionWithUser } from './session.check';
import type { SessionsSettings } from './sessions.settings';
import type { SignedIn, SignIn } from './signed-in';

/** How a session begins. */
export interface StartSession {
  /**
   * Begins a session of somebody who has shown who they are, with the row of then: when its generation has moved on meanwhile (a password
   * change, a disabling), there is no session. Beyond AUTH_SESSIONS_PER_USER the oldest session ends. @throws {Failure} INVALID_CREDENTIALS
   */
  readonly start: (start: Start) => Promise<Answer<SignedIn>>;
  /** Inserts a user, and begins its first session in the same transaction. */
  readonly startForNewUser: (start: Start) => Promise<Answer<SignedIn>>;
  /** Begins a session in one transaction with a change, which makes sure of the user and gives its row as it is then. */
  readonly startWith: (change: Change, start: Omit<Start, 'user'>) => Promise<Answer<SignedIn>>;
}

/** What is done in the transaction in which a session begins. */
export type Change = (queries: Queries, note: Note) => Promise<UserRow>;

export interface Start {
  readonly user: UserRow;
  readonly requester: Requester;
  readonly delivery: Delivery;
  /** What was shown. */
  readonly methods: readonly AuthMethod[];
  /** How the audit calls it. Left out: `login`. */
  readonly event?: 'login' | 'user.registered';
}

export interface StartDependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly secrets: Secrets;
  readonly ownerNotices: OwnerNotices;
  readonly config: Pick<
    SessionsSettings,
    'accessTokenSeconds' | 'refreshIdleSeconds' | 'sessionMaxSeconds' | 'refreshGraceSeconds' | 'sessionsPerUser'
  >;
  readonly clock: Clock;
}

export function createStartSession(dependencies: StartDependencies, signIn: SignIn): StartSession {
  const { database, audit, secrets, config, clock } = dependencies;
  const newDevice = createNewDeviceNotice(dependencies);

  /** The tokens are made after the transaction: it may have to read the signing keys. */
  const answer = async (begun: SessionWithUser, { requester, delivery }: Omit<Start, 'user'>): Promise<Answer<SignedIn>> => {
    const deviceToken = issueDeviceToken(begun.user, requester.deviceToken, secrets);
    if (requester.isPage) return deliverToPage(await signIn(begun), begun.row, deviceToken, secrets);
    return deliver({ ...(await signIn(begun)), deviceToken }, delivery);
  };

  return {
    start: async (start) => {
      const { user, requester } = start;
      const { row, beyond } = await audit.changeByStatements(async (statements, note) => {
        await requireUnchanged(statements, user);
        const begun = await insertSession(statements, newSession(start, config, clock));
        const eventId = note({ event: 'login', userId: user.id, sessionId: begun.id, actor: userActor(user.id, requester) });
        await newDevice.tellByStatements(statements, { user, session: begun, eventId, requester });
        return { row: begun, beyond: await findBeyondLimit(statements, begun, config.sessionsPerUser) };
      });
      if (beyond.length > 0) await displace(row, beyond, requester, dependencies);
      return answer({ row, user }, start);
    },

    startForNewUser: async (start) => {
      const { user, requester } = start;
      const row = await audit.changeByStatements(async (statements, note) => {
        await statements.execute(insertion('users', user));
        const begun = await insertSession(statements, newSession(start, config, clock));
        note({ event: 'user.registered', userId: user.id, sessionId: begun.id, actor: userActor(user.id, requester) });
        return begun;
      });
      return answer({ row, user }, start);
    },

    startWith: async (change, start) => {
      const { requester, event = 'login' } = start;
      const begun = await audit.change(async (queries, note) => {
        const user = await change(queries, note);
        const row = await queries.session.create({ data: newSession({ ...start, user }, config, clock) });
        const eventId = note({ event, userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
        if (event === 'login') await newDevice.tell(queries, { user, session: row, eventId, requester });
        return { row, user };
      });
      const beyond = await findBeyondLimit(database.statements, begun.row, config.sessionsPerUser);
      if (beyond.length > 0) await displace(begun.row, beyond, requester, dependencies);
      return answer(begun, start);
    },
  };
}

function newSession({ user, requester, methods }: Start, config: StartDependencies['config'], clock: Clock): SessionRow {
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
    userAgent: requester.userAgent,
    ipAddress: requester.ipAddress,
    methods: methods.join(' '),
    verifiedAt: null,
    kind: requester.isPage ? 'page' : null, // of the hosted pages, or by a refresh token
  };
}

async function insertSession(statements: Statements, row: SessionRow): Promise<SessionRow> {
  await statements.execute(insertion('sessions', row));
  return row;
}

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

/** PostgreSQL and SQLite agree on no word for "all that follow". */
const maxBeyond = 100_000;

/** Logins that race may leave one too many each: the next one finds them. */
async function findBeyondLimit(statements: Statements, session: SessionRow, sessionsPerUser: number): Promise<string[]> {
  const { id, userId, generation, createdAt } = session;
  const beyond = await statements.rows`
    SELECT "id" FROM "sessions" WHERE "userId" = ${userId} AND "generation" = ${generation} AND "id" <> ${id}
      AND "revokedAt" IS NULL AND "idleExpiresAt" > ${createdAt} AND "expiresAt" > ${createdAt}
    ORDER BY "createdAt" DESC, "id" DESC LIMIT ${maxBeyond} OFFSET ${sessionsPerUser - 1}`;
  return beyond.map(([found]) => String(found));
}

/** Hardly any login has to: so it is a transaction of its own, after the one that every login pays for. */
const displace = ({ userId }: SessionRow, ids: readonly string[], requester: Requester, dependencies: StartDependencies): Promise<void> =>
  dependencies.audit.change(async (queries, note) => {
    const ended = await endAndName(queries, { id: { in: [...ids] }, revokedAt: null }, dependencies);
    for (const sessionId of ended) note({ event: 'session.displaced', userId, sessionId, actor: userActor(userId, requester) });
  });
