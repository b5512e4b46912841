import type { Clock } from '../../clock';
import type { Database, Queries, SessionRow, UserRow } from '../../database/database';
import { Failure } from '../../errors';
import type { AuthenticatedSession, EndableSession } from '../../proofs/proofs';
import type { LogoutScope } from '../sessions.inputs';
import { type EndedSession, recordEnded, recordUserRevocation, type UserRevocation } from './session.revocations';

/** How sessions end. Each function is a part of its caller's transaction, and tells every node with its commit. */
export interface EndedSessions {
  readonly endedSessions: number;
}

/** What ending sessions needs. */
export interface Ending {
  readonly clock: Clock;
  readonly database: Pick<Database, 'notices'>;
}

export type SessionFilter = NonNullable<NonNullable<Parameters<Queries['session']['updateMany']>[0]>['where']>;

export async function endSessions(queries: Queries, where: SessionFilter, ending: Ending): Promise<EndedSessions> {
  return { endedSessions: (await endAndName(queries, where, ending)).length };
}

/** As {@link endSessions}. @returns the ids of those that it has ended: of some, others may have been faster */
export async function endAndName(queries: Queries, where: SessionFilter, ending: Ending): Promise<string[]> {
  const now = ending.clock.now();
  const ended = await markEnded(queries, where, now);
  await recordEnded(queries, ended, now);
  await tell(queries, ended, ending);
  return ended.map(({ id }) => id);
}

async function markEnded(queries: Queries, where: SessionFilter, now: number): Promise<EndedSession[]> {
  const at = new Date(now);
  // `idleExpiresAt` is the end of every session, however it ends: one index finds what may be purged.
  const data = { revokedAt: at, idleExpiresAt: at };
  return queries.session.updateManyAndReturn({ where, data, select: { id: true, authenticatedAt: true, tokensExpireAt: true } });
}

async function tell(queries: Queries, ended: readonly EndedSession[], { database }: Ending): Promise<EndedSessions> {
  const ids = ended.map(({ id }) => id);
  if (ids.length > 0) await database.notices.publish(queries, 'sessions', ids);
  else database.notices.settleAfter(queries);
  return { endedSessions: ids.length };
}

/** Sessions of these users that have neither ended nor expired. */
export function unended(userIds: readonly string[], clock: Clock): SessionFilter {
  const now = new Date(clock.now());
  return { userId: { in: [...userIds] }, revokedAt: null, idleExpiresAt: { gt: now }, expiresAt: { gt: now } };
}

/**
 * Ends all sessions of a user, the ones being made included. A new generation first: it waits for, or is waited for
 * by, everything else that changes this user.
 */
export async function endAll(queries: Queries, userId: string, ending: Ending): Promise<EndedSessions> {
  const generation = await raiseGeneration(queries, userId);
  return endBefore(queries, { userId, generation, keptSessionId: null }, ending);
}

/** Ends every session of the caller but this one. @throws {Failure} UNAUTHENTICATED when it has ended meanwhile */
export async function endOthers(queries: Queries, session: AuthenticatedSession, ending: Ending): Promise<EndedSessions> {
  const userId = session.user.id;
  const generation = await raiseGeneration(queries, userId);
  // Of the generation until now: one that another change has left behind is not brought back to life.
  const own = { id: session.row.id, revokedAt: null, generation: generation - 1 };
  const kept = await queries.session.updateMany({ where: own, data: { generation } });
  if (kept.count === 0) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' }); // ended since the check: it may not end others
  return endBefore(queries, { userId, generation, keptSessionId: session.row.id }, ending);
}

async function endBefore(queries: Queries, revocation: UserRevocation, ending: Ending): Promise<EndedSessions> {
  const { userId, keptSessionId } = revocation;
  const now = ending.clock.now();
  const others = keptSessionId === null ? {} : { id: { not: keptSessionId } };
  const ended = await markEnded(queries, { ...unended([userId], ending.clock), ...others }, now);
  await recordUserRevocation(queries, revocation, ended, now);
  await ending.database.notices.publish(queries, 'user', [userId]);
  return tell(queries, ended, ending);
}

async function raiseGeneration(queries: Queries, id: string): Promise<number> {
  const data = { generation: { increment: 1 } };
  return (await queries.user.update({ where: { id }, data, select: { generation: true } })).generation;
}

/**
 * Asks again, in the transaction of a change and after the write to the user's row: whoever ends the session or disables the
 * user at the same time waits for this transaction, or has been before it.
 * @throws {Failure} UNAUTHENTICATED when the session has ended since the check
 */
export async function requireUnended(queries: Queries, { id }: SessionRow, user: UserRow, clock: Clock): Promise<void> {
  const { generation } = user;
  // A write that changes nothing, for its lock.
  const { count } = await queries.session.updateMany({ where: { ...unended([user.id], clock), id, generation }, data: { generation } });
  if (count === 0 || user.disabledAt !== null) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
}

/**
 * What a log-out ends, to be done in its transaction.
 * @throws {Failure} UNAUTHENTICATED for more than its own session, where a spent token alone was shown
 */
export function endingOf(scope: LogoutScope, session: EndableSession, ending: Ending): (queries: Queries) => Promise<EndedSessions> {
  if (scope === 'CURRENT') return (queries) => endSessions(queries, { id: session.row.id, revokedAt: null }, ending);
  if ('spent' in session) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
  return (queries) => (scope === 'OTHERS' ? endOthers(queries, session, ending) : endAll(queries, session.user.id, ending));
}
