import type { House } from './house';

/** Every row of every table, as JSON: to look for what must not be there. */
export async function dumpOf(house: House): Promise<string> {
  const { client, provider } = house.app.services.database;
  const names = {
    sqlite: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    postgresql: `SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  };
  const tables = await client.$queryRawUnsafe<{ name: string }[]>(names[provider]);
  const dumped: Record<string, unknown> = {};
  for (const { name } of tables) dumped[name] = await client.$queryRawUnsafe(`SELECT * FROM "${name}"`);
  return JSON.stringify(dumped, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}
