import { secondsAfter } from '../clock';
import type { Config } from '../config';
import type { SessionRow } from '../database/database';

/** A session as its owner sees it. No token material. */
export interface Session {
  readonly id: string;
  /** Whose it is. Not shown. */
  readonly userId: string;
  readonly current: boolean;
  readonly userAgent: string | null;
  readonly ipAddress: string | null;
  readonly createdAt: Date;
  /** When it began or was last refreshed. */
  readonly lastUsedAt: Date;
  /** When it ends if it is not refreshed before: the earlier of its idle and its absolute end. */
  readonly expiresAt: Date;
}

export function toSession(row: SessionRow, currentSessionId: string): Session {
  const { id, userId, userAgent, ipAddress, createdAt, lastUsedAt } = row;
  return { id, userId, current: id === currentSessionId, userAgent, ipAddress, createdAt, lastUsedAt, expiresAt: endOf(row) };
}

export const endOf = ({ idleExpiresAt, expiresAt }: Pick<SessionRow, 'idleExpiresAt' | 'expiresAt'>): Date =>
  earlier(idleExpiresAt, expiresAt);

/**
 * Until when access tokens of a session that begins or is refreshed now may live: those too that are made within the
 * grace. Written down with the session, so that what was revoked has to be told for no longer than that.
 */
export const tokensEnd = (now: number, sessionEnd: Date, settings: TokenSettings): Date =>
  earlier(secondsAfter(now, settings.accessTokenSeconds + settings.refreshGraceSeconds + 60), sessionEnd);

/** The same of a session that goes on: tokens that were made before a setting was lowered live as long as they say. */
export const tokensEndOf = ({ tokensExpireAt, expiresAt }: SessionRow, now: number, settings: TokenSettings): Date => {
  const end = tokensEnd(now, expiresAt, settings);
  return tokensExpireAt !== null && tokensExpireAt > end ? tokensExpireAt : end;
};

export type TokenSettings = Pick<Config, 'accessTokenSeconds' | 'refreshGraceSeconds'>;

export const earlier = (left: Date, right: Date): Date => (left < right ? left : right);
