import { Prisma } from '../generated/sqlite/client';
import type { Provider } from '../provider';
import type { Queries } from '../queries';
import type { Statements } from '../statements';

/** What a role stands for. */
export interface RoleGrants {
  readonly name: string;
  /** As the row has them. */
  readonly permissions: string;
}

export type ReadRoles = () => Promise<readonly RoleGrants[]>;

export const rolesSql = 'SELECT "name", "permissions" FROM "roles"';

/** A row of {@link rolesSql}. */
export const toRoleGrants = (values: readonly unknown[]): RoleGrants => ({ name: String(values[0]), permissions: String(values[1]) });

export const allRoles = Prisma.raw(rolesSql);

/** Users that one statement takes a role from. */
const batchSize = 100;

/** Users with this role, exactly: LIKE takes `_` for any letter, and on SQLite `a` for `A`. */
const withRole = (provider: Provider, name: string): Prisma.Sql => {
  const padded = Prisma.sql`(' ' || "roles" || ' ')`;
  const wanted = ` ${name} `;
  return provider === 'sqlite' ? Prisma.sql`instr(${padded}, ${wanted}) > 0` : Prisma.sql`strpos(${padded}, ${wanted}) > 0`;
};

/** How many users have a role. @throws {Failure} UNAVAILABLE */
export async function countUsersWithRole(statements: Statements, provider: Provider, name: string): Promise<number> {
  const [row] = await statements.rows(Prisma.sql`SELECT COUNT(*) FROM "users" WHERE ${withRole(provider, name)}`);
  return Number(row?.[0] ?? 0);
}

/** Takes a role from some of its users. @returns their ids; none: nobody has it any more. @throws {Failure} UNAVAILABLE */
export async function takeRoleFromUsers(queries: Queries, provider: Provider, name: string, at: Date): Promise<string[]> {
  const some = await queries.$queryRaw<{ id: string; roles: string }[]>(
    Prisma.sql`SELECT "id", "roles" FROM "users" WHERE ${withRole(provider, name)} ORDER BY "id" LIMIT ${batchSize}`,
  );
  for (const { id, roles } of some) {
    const others = roles.split(' ').filter((role) => role !== name);
    // Of a user who was changed meanwhile it is taken by the next batch.
    await queries.user.updateMany({ where: { id, roles }, data: { roles: others.join(' '), updatedAt: at } });
  }
  return some.map(({ id }) => id);
}
