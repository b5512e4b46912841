import { Prisma } from '../generated/sqlite/client';
import type { Provider } from '../provider';
import type { Queries } from '../queries';

/** What a test goes on with: the keys of tokens that other services remember, the clock, and which migrations are there. */
const kept = ['_prisma_migrations', 'signing_keys', 'state'];

/** Empties every table but these, whatever tables there are. Part of the caller's transaction. @throws {Failure} UNAVAILABLE */
export async function emptyTables(queries: Queries, provider: Provider): Promise<void> {
  const named =
    provider === 'sqlite'
      ? Prisma.sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
      : Prisma.sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`;
  const tables = (await queries.$queryRaw<{ name: string }[]>(named)).map(({ name }) => name).filter((name) => !kept.includes(name));
  for (const table of tables) await queries.$executeRaw(Prisma.sql`DELETE FROM ${Prisma.raw(`"${table}"`)}`);
}
