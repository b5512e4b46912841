import { Prisma, type Session, type User } from './generated/sqlite/client';

/**
 * Sessions with their users in one statement, and with how many of these signing keys may still be used. Prisma's
 * `include` would ask twice, and every request pays for this. Both clients make the same SQL of it; the columns are
 * the models' own, so a new one cannot be forgotten.
 */
export const sessionsWithUsers = (ids: readonly string[], keyIds: readonly string[]): Prisma.Sql =>
  Prisma.sql`SELECT ${columns}, ${keyIds.length === 0 ? Prisma.sql`0` : Prisma.sql`(${usableKeys(keyIds)})`} AS "usableKeys"
    FROM "sessions" s JOIN "users" u ON u."id" = s."userId" WHERE s."id" IN (${Prisma.join([...ids])})`;

/** How many of these keys have not been removed. */
export const usableKeys = (ids: readonly string[]): Prisma.Sql =>
  Prisma.sql`SELECT COUNT(*) FROM "signing_keys" WHERE "removedAt" IS NULL AND "id" IN (${Prisma.join([...ids])})`;

const columns = Prisma.raw(
  [
    ...Object.keys(Prisma.SessionScalarFieldEnum).map((name) => `s."${name}" AS "s_${name}"`),
    ...Object.keys(Prisma.UserScalarFieldEnum).map((name) => `u."${name}" AS "u_${name}"`),
  ].join(', '),
);

export function splitRow(flat: Readonly<Record<string, unknown>>): { readonly row: Session; readonly user: User } {
  const pick = (prefix: string) =>
    Object.fromEntries(
      Object.entries(flat).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
    );
  // All columns of both models are selected, and Prisma gives raw columns their declared types.
  return { row: pick('s_') as unknown as Session, user: pick('u_') as unknown as User };
}
