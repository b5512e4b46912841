import type { SessionRow, Statements } from '../database';

/** A session was used now. One statement: of many requests at once one writes, and what has ended meanwhile stays as it is. */
export async function noteUse(
  statements: Statements,
  { id, lastUsedAt }: Pick<SessionRow, 'id' | 'lastUsedAt'>,
  now: Date,
  idleExpiresAt: Date,
): Promise<void> {
  await statements.execute`
    UPDATE "sessions" SET "lastUsedAt" = ${now}, "idleExpiresAt" = ${idleExpiresAt}
    WHERE "id" = ${id} AND "lastUsedAt" = ${lastUsedAt} AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}`;
}
