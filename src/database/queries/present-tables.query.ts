import { Prisma } from '../generated/sqlite/client';
import type { Provider } from '../provider';
import type { Queries } from '../queries';

/** The names of the tables that are there: none in an empty database, and fewer in one of an older version. @throws {Failure} UNAVAILABLE */
export async function presentTables(queries: Pick<Queries, '$queryRaw'>, provider: Provider): Promise<ReadonlySet<string>> {
  const named =
    provider === 'sqlite'
      ? Prisma.sql`SELECT name FROM sqlite_master WHERE type = 'table'`
      : Prisma.sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`;
  return new Set((await queries.$queryRaw<{ name: string }[]>(named)).map(({ name }) => name));
}
