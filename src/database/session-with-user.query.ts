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

/** A session with its user, as the database has them. */
export interface SessionWithUserRow {
  readonly row: Session;
  readonly user: User;
}

const sessionColumns = Object.keys(Prisma.SessionScalarFieldEnum);
const userColumns = Object.keys(Prisma.UserScalarFieldEnum);

const columns = Prisma.raw(
  [...sessionColumns.map((name) => `s."${name}" AS "s_${name}"`), ...userColumns.map((name) => `u."${name}" AS "u_${name}"`)].join(', '),
);

export function splitRow(flat: Readonly<Record<string, unknown>>): SessionWithUserRow {
  const pick = (prefix: string) =>
    Object.fromEntries(
      Object.entries(flat).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
    );
  // All columns of both models are selected, and Prisma gives raw columns their declared types.
  return { row: pick('s_') as unknown as Session, user: pick('u_') as unknown as User };
}

/** The columns of both, for a statement that does not go through Prisma; {@link toSessionWithUser} reads the values in their order. */
export const columnsOf = (session: string, user: string): string =>
  [...sessionColumns.map((name) => `${session}."${name}"`), ...userColumns.map((name) => `${user}."${name}"`)].join(', ');

/** Columns that hold a moment. The compiler asks for each of them, and a test compares with what Prisma reads. */
const moments: ReadonlySet<string> = new Set(
  Object.keys({
    rotatedAt: true,
    authenticatedAt: true,
    createdAt: true,
    lastUsedAt: true,
    idleExpiresAt: true,
    expiresAt: true,
    revokedAt: true,
    tokensExpireAt: true,
    emailVerifiedAt: true,
    disabledAt: true,
    updatedAt: true,
  } satisfies Record<MomentOf<Session> | MomentOf<User>, true>),
);

type MomentOf<Row> = { [Name in keyof Row]: Date extends Row[Name] ? Name : never }[keyof Row];

/** What a driver gave for {@link columnsOf}: a moment may be a text, milliseconds or a Date. */
export function toSessionWithUser(values: readonly unknown[]): SessionWithUserRow {
  const pick = (names: readonly string[], from: number) =>
    Object.fromEntries(names.map((name, position) => [name, toValue(name, values[from + position])]));
  // All columns of both models, with the types that they are declared with.
  return { row: pick(sessionColumns, 0) as unknown as Session, user: pick(userColumns, sessionColumns.length) as unknown as User };
}

const toValue = (name: string, value: unknown): unknown =>
  value === undefined || value === null ? null : moments.has(name) ? new Date(value as string | number | Date) : value;
