import type { Statements } from '../database';

/** A session was used now. One statement: what has ended meanwhile stays as it is. */
export async function noteUse(statements: Statements, id: string, now: Date, idleExpiresAt: Date): Promise<void> {
  await statements.execute`
    UPDATE "sessions" SET "lastUsedAt" = ${now}, "idleExpiresAt" = ${idleExpiresAt}
    WHERE "id" = ${id} AND "revokedAt" IS NULL AND "idleExpiresAt" > ${now} AND "expiresAt" > ${now}`;
}
