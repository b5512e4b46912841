import { Prisma, type Session, type User } from '../generated/sqlite/client';

/** A session with its user, as the database has them. */
export interface SessionWithUserRow {
  readonly row: Session;
  readonly user: User;
}

const sessionColumns = Object.keys(Prisma.SessionScalarFieldEnum);
const userColumns = Object.keys(Prisma.UserScalarFieldEnum);

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
    verifiedAt: true,
    emailVerifiedAt: true,
    disabledAt: true,
    deletesAt: true,
    passwordDistrustedAt: true,
    updatedAt: true,
  } satisfies Record<MomentOf<Session> | MomentOf<User>, true>),
);

type MomentOf<Row> = { [Name in keyof Row]: Date extends Row[Name] ? Name : never }[keyof Row];

/** The columns of one of them, for a statement of {@link Statements}; {@link toSessionRow} and {@link toUserRow} read the values in their order. */
export const [allOfSession, allOfUser] = [sessionColumns, userColumns].map((names) =>
  Prisma.raw(names.map((name) => `"${name}"`).join(', ')),
) as [Prisma.Sql, Prisma.Sql];

/** What a driver gave for {@link columnsOf}, from that place on: a moment may be a text, milliseconds or a Date. */
export const toSessionWithUser = (values: readonly unknown[], from = 0): SessionWithUserRow => ({
  row: toSessionRow(values, from),
  user: toUserRow(values, from + sessionColumns.length),
});

/** A session that may still count, as far as its row and its user's say. */
export const mayCount = ({ row, user }: SessionWithUserRow): boolean =>
  row.revokedAt === null && row.generation === user.generation && user.disabledAt === null;

/** Reads the values of {@link allOfSession}: all columns of the model, with the types that they are declared with. */
export const toSessionRow = (values: readonly unknown[], from = 0): Session => pick(sessionColumns, values, from) as unknown as Session;
/** The same of {@link allOfUser}. */
export const toUserRow = (values: readonly unknown[], from = 0): User => pick(userColumns, values, from) as unknown as User;

const pick = (names: readonly string[], values: readonly unknown[], from: number) =>
  Object.fromEntries(names.map((name, position) => [name, toValue(name, values[from + position])]));

const toValue = (name: string, value: unknown): unknown =>
  value === undefined || value === null ? null : moments.has(name) ? new Date(value as string | number | Date) : value;
