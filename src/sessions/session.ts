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
  idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt;
