import type { Database } from '../database/database';

/**
 * The highest bcrypt cost among the stored hashes, at most `most`; 0: there is none. It reads every user once, so it is for the start alone.
 * @throws {Failure} UNAVAILABLE
 */
export async function dearestStoredCost(database: Pick<Database, 'statements'>, most: number): Promise<number> {
  const [row] = await database.statements.rows`
    SELECT MAX("cost") FROM (
      SELECT CASE WHEN "passwordHash" LIKE 'gh1$%' THEN substr("passwordHash", 17, 2) ELSE substr("passwordHash", 5, 2) END AS "cost"
      FROM "users" WHERE "passwordHash" LIKE 'gh1$%' OR "passwordHash" LIKE '$2%') AS "costs"
    WHERE "cost" <= ${String(most)}`;
  const cost = Number(row?.[0] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}
