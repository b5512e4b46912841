import { Prisma } from '../generated/sqlite/client';
import { columnsOf } from './session.rows';

/**
 * Sessions with their users in one statement, and before them how many of these signing keys may still be used. Prisma's `include`
 * would ask twice. The columns are the models' own, so a new one cannot be forgotten.
 */
export const sessionsWithUsers = (ids: readonly string[], keyIds: readonly string[]): Prisma.Sql =>
  Prisma.sql`SELECT ${keyIds.length === 0 ? Prisma.sql`0` : Prisma.sql`(${usableKeys(keyIds)})`}, ${Prisma.raw(columnsOf('s', 'u'))}
    FROM "sessions" s JOIN "users" u ON u."id" = s."userId" WHERE s."id" IN (${Prisma.join([...ids])})`;

/** How many of these keys have not been removed. */
export const usableKeys = (ids: readonly string[]): Prisma.Sql =>
  Prisma.sql`SELECT COUNT(*) FROM "signing_keys" WHERE "removedAt" IS NULL AND "id" IN (${Prisma.join([...ids])})`;
