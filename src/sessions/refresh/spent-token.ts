import { anonymous, userActor } from '../../actor';
import { type Answer, withEffects } from '../../answer';
import type { AuditService } from '../../audit/audit.service';
import type { Clock } from '../../clock';
import type { Database, SessionRow } from '../../database/database';
import { repeatSession } from '../../database/queries/rotation.query';
import { Failure } from '../../errors';
import type { Attempt } from '../../limits/attempt';
import type { Ledger } from '../../limits/ledger.service';
import type { Limits } from '../../limits/limits';
import type { Requester } from '../../requester';
import type { Secrets } from '../../secrets';
import { isSpentKey, type RefreshTokenContent } from '../../tokens/refresh-token';
import { endSessions } from '../ending/session.ending';
import { tokensEndOf } from '../session';
import { isLive, type SessionCheck, type SessionWithUser } from '../session.check';
import type { SessionsEvent } from '../sessions.events';
import type { SessionsSettings } from '../sessions.settings';
import { standingOf } from './refresh-standing';

export interface RotationDependencies {
  readonly database: Database;
  readonly audit: AuditService<SessionsEvent>;
  readonly check: SessionCheck;
  readonly secrets: Secrets;
  readonly config: Pick<SessionsSettings, 'accessTokenSeconds' | 'refreshIdleSeconds' | 'refreshGraceSeconds'>;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly limits: Pick<Limits, 'refresh'>;
}

/** A token that was spent, a moment or a month ago. @throws {Failure} INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, RATE_LIMITED */
export type AnswerSpent = (
  found: SessionWithUser,
  spent: RefreshTokenContent,
  idempotencyKey: string | null,
  requester: Requester,
) => Promise<SessionWithUser | Answer<SessionWithUser>>;

export function createAnswerSpent(dependencies: RotationDependencies): AnswerSpent {
  const { database, audit, secrets, config, clock, ledger, limits } = dependencies;

  const endReused = async ({ row }: SessionWithUser, requester: Requester): Promise<never> => {
    await audit.change(async (queries, note) => {
      note({ event: 'session.refresh_reused', outcome: 'refused', userId: row.userId, sessionId: row.id, actor: anonymous(requester) });
      await endSessions(queries, { id: row.id, revokedAt: null }, { clock, database });
    });
    throw new Failure('REFRESH_TOKEN_REUSED');
  };

  /** F2. On either side: a clock that was set back must not make the grace longer. */
  const isWithinGrace = (row: SessionRow): boolean =>
    config.refreshGraceSeconds > 0 && Math.abs(clock.now() - row.rotatedAt.getTime()) <= config.refreshGraceSeconds * 1000;

  return async (found, spent, idempotencyKey, requester) => {
    const standing = standingOf(spent, found.row);
    if (standing === 'unknown' || standing === 'current') throw new Failure('INVALID_REFRESH_TOKEN');
    if (standing === 'older') return endReused(found, requester); // F5
    if (isWithinGrace(found.row)) return found;
    // F3
    const isSameRequest = idempotencyKey !== null && isSpentKey(found.row.spentKey, spent, idempotencyKey, secrets);
    if (!isSameRequest) return endReused(found, requester);
    // For what writes: an answer within the grace is a reading, and many tabs may ask for it at once.
    return withEffects(await ledger.take([attemptOf(found.row, limits)], requester), async () => {
      const now = new Date(clock.now());
      // The same successor again, at any age.
      const repeated = await repeatSession(database.statements, found.row, tokensEndOf(found.row, now.getTime(), config), now);
      // Without a row although the key was right: the successor was spent meanwhile, or the session ended.
      if (repeated === null) return endReused(await readLive(spent.sessionId, dependencies), requester);
      logRefresh(audit, repeated, requester, 'again, by its Idempotency-Key');
      return { row: repeated, user: found.user };
    });
  };
}

/** @throws {Failure} INVALID_REFRESH_TOKEN when it has ended, or is none */
export async function readLive(
  sessionId: string,
  { check, clock }: Pick<RotationDependencies, 'check' | 'clock'>,
): Promise<SessionWithUser> {
  const found = await check.read(sessionId);
  if (found === null || !isLive(found, clock.now())) throw new Failure('INVALID_REFRESH_TOKEN');
  return found;
}

/** A line in the log, and no row: it happens all the time. */
export const logRefresh = (
  audit: AuditService<SessionsEvent>,
  { userId, id: sessionId }: SessionRow,
  requester: Requester,
  detail?: string,
): void => audit.log({ event: 'session.refreshed', userId, sessionId, actor: userActor(userId, requester), detail });

/** A refresh as a try of the session. */
export const attemptOf = ({ id, userId }: SessionRow, limits: Pick<Limits, 'refresh'>): Attempt => ({
  limit: limits.refresh,
  subject: id,
  account: { userId },
});
