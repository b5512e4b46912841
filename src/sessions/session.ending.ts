import type { Clock } from '../clock';
import type { Queries, SessionRow, UserRow } from '../database/database';
import { Failure } from '../errors';
import type { AuthenticatedSession } from './session.check';

/** How sessions end. Each function is a part of its caller's transaction. */
export interface EndedSessions {
  readonly endedSessions: number;
}

export type SessionFilter = NonNullable<NonNullable<Parameters<Queries['session']['updateMany']>[0]>['where']>;

export async function endSessions(queries: Queries, where: SessionFilter, clock: Clock): Promise<EndedSessions> {
  const now = new Date(clock.now());
  // `idleExpiresAt` is the end of every session, however it ends: one index finds what may be purged.
  const { count } = await queries.session.updateMany({ where, data: { revokedAt: now, idleExpiresAt: now } });
  return { endedSessions: count };
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
export async function endAll(queries: Queries, userId: string, clock: Clock): Promise<EndedSessions> {
  await queries.user.update({ where: { id: userId }, data: { generation: { increment: 1 } }, select: { id: true } });
  return endSessions(queries, unended([userId], clock), clock);
}

/** Ends every session of the caller but this one. @throws {Failure} UNAUTHENTICATED when it has ended meanwhile */
export async function endOthers(queries: Queries, session: AuthenticatedSession, clock: Clock): Promise<EndedSessions> {
  const { generation } = await queries.user.update({
    where: { id: session.user.id },
    data: { generation: { increment: 1 } },
    select: { generation: true },
  });
  // Of the generation until now: one that another change has left behind is not brought back to life.
  const own = { id: session.row.id, revokedAt: null, generation: generation - 1 };
  const kept = await queries.session.updateMany({ where: own, data: { generation } });
  if (kept.count === 0) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' }); // ended since the check: it may not end others
  return endSessions(queries, { ...unended([session.user.id], clock), id: { not: session.row.id } }, clock);
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

export const endInScope = {
  CURRENT: (queries: Queries, { row }: AuthenticatedSession, clock: Clock) => endSessions(queries, { id: row.id, revokedAt: null }, clock),
  OTHERS: endOthers,
  ALL: (queries: Queries, { user }: AuthenticatedSession, clock: Clock) => endAll(queries, user.id, clock),
} as const;
