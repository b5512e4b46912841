import type { Database } from '../database/database';

/** How many users' password hashes need which entry of AUTH_SECRET, by the entry's id. */
export async function countPepperUse(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database.client.$queryRaw<{ pepper: string; users: number | bigint }[]>`
    SELECT substr("passwordHash", 5, 8) AS "pepper", COUNT(*) AS "users" FROM "users"
    WHERE "passwordHash" LIKE 'gh1$%' GROUP BY substr("passwordHash", 5, 8)`;
  return new Map(rows.map(({ pepper, users }) => [pepper, Number(users)]));
}
