import type { SessionRow } from '../../database/database';
import type { RefreshTokenContent } from '../../tokens/refresh-token';

/**
 * What a refresh token is to its session, by decision 006. `older`: spent before the one before the current. `unknown`: of a
 * time that the database does not know, because a backup was restored; it is worth nothing, and ends nothing.
 */
export type Standing = 'current' | 'previous' | 'older' | 'unknown';

/**
 * Of the tokens before the previous one no salt is kept: one of a lost time that lies so far back counts as spent, which is the safe
 * side. `gatehouse restore` ends every session, so that no such token is left.
 */
export function standingOf({ counter, salt }: RefreshTokenContent, row: SessionRow): Standing {
  const behind = row.refreshCounter - counter;
  if (behind === 0) return salt === row.refreshSalt ? 'current' : 'unknown';
  if (behind < 0) return 'unknown';
  if (behind > 1) return 'older';
  const spent = readSpentSalt(row); // F6 of test/models/refresh.pml
  return spent === null || spent === salt ? 'previous' : 'unknown';
}

/** For the row whose current token takes the place of this one. */
export const writeSpentSalt = ({ counter, salt }: RefreshTokenContent): string => `${counter}.${salt}`;

/** Null: the session was rotated by a version that did not write it down, before an upgrade or while nodes are upgraded in turn. */
function readSpentSalt({ spentSalt, refreshCounter }: SessionRow): string | null {
  const [counter, salt] = spentSalt?.split('.') ?? [];
  return Number(counter) === refreshCounter - 1 && salt !== undefined ? salt : null;
}
