import { randomBytes } from 'node:crypto';
import { Answer, toAnswer, withEffects } from '../../answer';
import { secondsAfter } from '../../clock';
import type { SessionRow } from '../../database/database';
import { rotateSession } from '../../database/queries/rotation.query';
import { Failure } from '../../errors';
import { releasingUnlessJudged } from '../../limits/reservation';
import type { Requester } from '../../requester';
import { type RefreshTokenContent, readRefreshToken, writeSpentKey } from '../../tokens/refresh-token';
import { earlier, tokensEndOf } from '../session';
import type { SessionWithUser } from '../session.check';
import { standingOf, writeSpentSalt } from './refresh-standing';
import { attemptOf, createAnswerSpent, logRefresh, type RotationDependencies, readLive } from './spent-token';

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

export function createRotation(dependencies: RotationDependencies): SpendRefreshToken {
  const { database, audit, secrets, config, clock, ledger, limits } = dependencies;
  const answerSpent = createAnswerSpent(dependencies);

  const rotate = async (row: SessionRow, spent: RefreshTokenContent, idempotencyKey: string | null): Promise<SessionRow | null> => {
    const now = new Date(clock.now());
    const idleExpiresAt = earlier(secondsAfter(now.getTime(), config.refreshIdleSeconds), row.expiresAt);
    const spentKey = idempotencyKey === null ? null : writeSpentKey(spent, idempotencyKey, secrets);
    const next = { refreshSalt: newSalt(), spentSalt: writeSpentSalt(spent), spentKey, idleExpiresAt };
    const tokensExpireAt = tokensEndOf(row, now.getTime(), config);
    return rotateSession(database.statements, { spent, next: { ...next, tokensExpireAt }, now });
  };

  /** Clients refresh when an access token expires: only one that does so all the time costs the ledger a row. */
  const isHasty = ({ refreshCounter, rotatedAt }: SessionRow): boolean =>
    refreshCounter > 0 && clock.now() - rotatedAt.getTime() < limits.refresh.windowSeconds * 1000;

  /** A try counts when it rotated: a tab whose reading is older than another tab's rotation, here or on another node, wrote nothing. */
  const rotateAsTry = async (row: SessionRow, requester: Requester, rotateIt: () => Promise<SessionRow | null>) => {
    const reservation = await ledger.reserve([attemptOf(row, limits)], requester);
    const rotated = await releasingUnlessJudged(reservation, rotateIt);
    await (rotated === null ? reservation.release() : reservation.count());
    return new Answer(rotated, reservation.effects);
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
    const before = await readLive(presented.sessionId, dependencies);
    const standing = standingOf(presented, before.row);
    if (standing !== 'current') return toAnswer(await answerSpent(before, presented, idempotencyKey, requester));
    const { value: rotated, effects } = await rotateOnce(refreshToken, async () => {
      const rotateIt = () => rotate(before.row, presented, idempotencyKey);
      return isHasty(before.row) ? rotateAsTry(before.row, requester, rotateIt) : toAnswer(await rotateIt());
    });
    return withEffects(effects, async () => {
      // Null: another tab was faster.
      if (rotated === null) return answerSpent(await readLive(presented.sessionId, dependencies), presented, idempotencyKey, requester);
      logRefresh(audit, rotated, requester);
      return { row: rotated, user: before.user };
    });
  };
}

/** 8 random bytes in base64url, new at each rotation: see tokens/refresh-token.ts. */
export const newSalt = (): string => randomBytes(8).toString('base64url');
