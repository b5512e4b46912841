import { randomBytes } from 'node:crypto';
import { anonymous, userActor } from '../../actor';
import { Answer, toAnswer, withEffects } from '../../answer';
import type { AuditService } from '../../audit/audit.service';
import { type Clock, secondsAfter } from '../../clock';
import { allOfSession, type Database, type SessionRow, toSessionRow } from '../../database/database';
import type { Effects } from '../../effects';
import { Failure } from '../../errors';
import type { Attempt } from '../../limits/attempt';
import type { Ledger } from '../../limits/ledger.service';
import type { Limits } from '../../limits/limits';
import { releasingUnlessJudged } from '../../limits/reservation';
import type { Requester } from '../../requester';
import type { Secrets } from '../../secrets';
import { isSpentKey, type RefreshTokenContent, readRefreshToken, writeSpentKey } from '../../tokens/refresh-token';
import { endSessions } from '../ending/session.ending';
import { earlier, tokensEndOf } from '../session';
import { isLive, type SessionCheck, type SessionWithUser } from '../session.check';
import type { SessionsEvent } from '../sessions.events';
import type { SessionsSettings } from '../sessions.settings';
import { standingOf, writeSpentSalt } from './refresh-standing';

/**
 * Spends a refresh token (RFC 9700 §4.14.2). Of any number of tabs that come with the same one, one rotates it; within
 * the grace the others get the same successor, and whoever shows the key that it was spent with gets the successor until that one is spent
 * (decision 022). A token from before that has been stolen, or lost by its thief: its session ends.
 * @throws {Failure} INVALID_REFRESH_TOKEN, REFRESH_TOKEN_REUSED, RATE_LIMITED
 */
export type SpendRefreshToken = (
  refreshToken: string,
  idempotencyKey: string | null,
  requester: Requester,
) => Promise<Answer<SessionWithUser>>;

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

export function createRotation(dependencies: RotationDependencies): SpendRefreshToken {
  const { database, audit, check, secrets, config, clock, ledger, limits } = dependencies;

  /** One statement: of those who try at once, one gets the row back (F1 of test/models/refresh.pml). */
  const rotate = async (row: SessionRow, spent: RefreshTokenContent, idempotencyKey: string | null): Promise<SessionRow | null> => {
    const now = new Date(clock.now());
    const idleExpiresAt = earlier(secondsAfter(now.getTime(), config.refreshIdleSeconds), row.expiresAt);
    const spentKey = idempotencyKey === null ? null : writeSpentKey(spent, idempotencyKey, secrets);
    const [rotated] = await database.statements.rows`
      UPDATE "sessions" SET "refreshCounter" = ${spent.counter + 1}, "refreshSalt" = ${newSalt()}, "spentSalt" = ${writeSpentSalt(spent)},
        "spentKey" = ${spentKey}, "rotatedAt" = ${now}, "lastUsedAt" = ${now}, "idleExpiresAt" = ${idleExpiresAt},
        "tokensExpireAt" = ${tokensEndOf(row, now.getTime(), config)}
      WHERE "id" = ${spent.sessionId} AND "refreshCounter" = ${spent.counter} AND "refreshSalt" = ${spent.salt}
        AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}
      RETURNING ${allOfSession}`;
    return rotated === undefined ? null : toSessionRow(rotated);
  };

  /** The same successor again, at any age. A statement, so that it is ordered against a rotation and an end on any node (F4). */
  const repeat = async (row: SessionRow): Promise<SessionRow | null> => {
    const now = new Date(clock.now());
    const [repeated] = await database.statements.rows`
      UPDATE "sessions" SET "lastUsedAt" = ${now}, "tokensExpireAt" = ${tokensEndOf(row, now.getTime(), config)}
      WHERE "id" = ${row.id} AND "refreshCounter" = ${row.refreshCounter} AND "refreshSalt" = ${row.refreshSalt}
        AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}
      RETURNING ${allOfSession}`;
    return repeated === undefined ? null : toSessionRow(repeated);
  };

  const readLive = async (sessionId: string): Promise<SessionWithUser> => {
    const found = await check.read(sessionId);
    if (found === null || !isLive(found, clock.now())) throw new Failure('INVALID_REFRESH_TOKEN');
    return found;
  };

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

  /** Clients refresh when an access token expires: only one that does so all the time costs the ledger a row. */
  const isHasty = ({ refreshCounter, rotatedAt }: SessionRow): boolean =>
    refreshCounter > 0 && clock.now() - rotatedAt.getTime() < limits.refresh.windowSeconds * 1000;

  /** For what writes: an answer within the grace is a reading, and many tabs may ask for it at once. */
  const takeTry = (row: SessionRow, requester: Requester): Promise<Effects> => ledger.take([attemptOf(row)], requester);
  const attemptOf = ({ id, userId }: SessionRow): Attempt => ({ limit: limits.refresh, subject: id, account: { userId } });

  /** A try counts when it rotated: a tab whose reading is older than another tab's rotation, here or on another node, wrote nothing. */
  const rotateAsTry = async (row: SessionRow, requester: Requester, rotateIt: () => Promise<SessionRow | null>) => {
    const reservation = await ledger.reserve([attemptOf(row)], requester);
    const rotated = await releasingUnlessJudged(reservation, rotateIt);
    await (rotated === null ? reservation.release() : reservation.count());
    return new Answer(rotated, reservation.effects);
  };

  const log = ({ userId, id: sessionId }: SessionRow, requester: Requester, detail?: string): void =>
    audit.log({ event: 'session.refreshed', userId, sessionId, actor: userActor(userId, requester), detail });

  /** A token that was spent, a moment or a month ago. */
  const giveAgain = async (found: SessionWithUser, spent: RefreshTokenContent, idempotencyKey: string | null, requester: Requester) => {
    const standing = standingOf(spent, found.row);
    if (standing === 'unknown' || standing === 'current') throw new Failure('INVALID_REFRESH_TOKEN');
    if (standing === 'older') return endReused(found, requester); // F5
    if (isWithinGrace(found.row)) return found;
    // F3
    const isSameRequest = idempotencyKey !== null && isSpentKey(found.row.spentKey, spent, idempotencyKey, secrets);
    if (!isSameRequest) return endReused(found, requester);
    return withEffects(await takeTry(found.row, requester), async () => {
      const repeated = await repeat(found.row);
      // Without a row although the key was right: the successor was spent meanwhile, or the session ended.
      if (repeated === null) return endReused(await readLive(spent.sessionId), requester);
      log(repeated, requester, 'again, by its Idempotency-Key');
      return { row: repeated, user: found.user };
    });
  };

  /** The tabs of one browser that come with one token at once are one try, and wait for the one of them that rotates it. */
  const underWay = new Map<string, Promise<Answer<SessionRow | null>>>();
  const rotateOnce = (refreshToken: string, rotateIt: () => Promise<Answer<SessionRow | null>>): Promise<Answer<SessionRow | null>> => {
    const others = underWay.get(refreshToken);
    if (others !== undefined) return others.then(() => new Answer(null, {}));
    const rotating = rotateIt().finally(() => underWay.delete(refreshToken));
    underWay.set(refreshToken, rotating);
    return rotating;
  };

  return async (refreshToken, idempotencyKey, requester) => {
    const presented = readRefreshToken(refreshToken, secrets);
    if (presented === null) throw new Failure('INVALID_REFRESH_TOKEN'); // forged: the database is not asked
    const before = await readLive(presented.sessionId);
    const standing = standingOf(presented, before.row);
    if (standing !== 'current') return toAnswer(await giveAgain(before, presented, idempotencyKey, requester));
    const { value: rotated, effects } = await rotateOnce(refreshToken, async () => {
      const rotateIt = () => rotate(before.row, presented, idempotencyKey);
      return isHasty(before.row) ? rotateAsTry(before.row, requester, rotateIt) : toAnswer(await rotateIt());
    });
    return withEffects(effects, async () => {
      // Null: another tab was faster.
      if (rotated === null) return giveAgain(await readLive(presented.sessionId), presented, idempotencyKey, requester);
      log(rotated, requester);
      return { row: rotated, user: before.user };
    });
  };
}

/** 8 random bytes in base64url, new at each rotation: see tokens/refresh-token.ts. */
export const newSalt = (): string => randomBytes(8).toString('base64url');
