import { allOfSession, type SessionRow, type Statements, toSessionRow } from '../database';

/** The refresh token that a rotation spends, and what its session is from then on. */
export interface Rotation {
  readonly spent: { readonly sessionId: string; readonly counter: number; readonly salt: string };
  readonly next: Pick<SessionRow, 'refreshSalt' | 'spentSalt' | 'spentKey' | 'idleExpiresAt' | 'tokensExpireAt'>;
  readonly now: Date;
}

/** One statement: of those who try at once, one gets the row back (F1 of test/models/refresh.pml). Null: the token was not the current one. */
export async function rotateSession(statements: Statements, { spent, next, now }: Rotation): Promise<SessionRow | null> {
  const [rotated] = await statements.rows`
    UPDATE "sessions" SET "refreshCounter" = ${spent.counter + 1}, "refreshSalt" = ${next.refreshSalt}, "spentSalt" = ${next.spentSalt},
      "spentKey" = ${next.spentKey}, "rotatedAt" = ${now}, "lastUsedAt" = ${now}, "idleExpiresAt" = ${next.idleExpiresAt},
      "tokensExpireAt" = ${next.tokensExpireAt}
    WHERE "id" = ${spent.sessionId} AND "refreshCounter" = ${spent.counter} AND "refreshSalt" = ${spent.salt}
      AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}
    RETURNING ${allOfSession}`;
  return rotated === undefined ? null : toSessionRow(rotated);
}

/** The session as it is, used now. A statement, so that it is ordered against a rotation and an end on any node (F4). Null: it has moved on. */
export async function repeatSession(
  statements: Statements,
  { id, refreshCounter, refreshSalt }: SessionRow,
  tokensExpireAt: Date,
  now: Date,
): Promise<SessionRow | null> {
  const [repeated] = await statements.rows`
    UPDATE "sessions" SET "lastUsedAt" = ${now}, "tokensExpireAt" = ${tokensExpireAt}
    WHERE "id" = ${id} AND "refreshCounter" = ${refreshCounter} AND "refreshSalt" = ${refreshSalt}
      AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}
    RETURNING ${allOfSession}`;
  return repeated === undefined ? null : toSessionRow(repeated);
}
