import type { Database } from '../database/database';
import { type DearestRecipes, noRecipes, readHash, withRecipe } from './hash-recipe';

/**
 * What follows the parameters: `$`, salt of 22 characters, `$`, hash of 43, 67 in all; of bcrypt salt and hash of 53. The pepper's id and the
 * version before them are 12.
 */
const [argon2Tail, bcryptTail] = [`$${'a'.repeat(22)}$${'a'.repeat(43)}`, 'a'.repeat(53)];

/**
 * The dearest recipe of each kind among the stored hashes. Hashes that cannot be verified count for nothing. It reads every user once, so
 * it is for the start alone. @throws {Failure} UNAVAILABLE
 */
export async function dearestStored(database: Pick<Database, 'statements'>): Promise<DearestRecipes> {
  const rows = await database.statements.rows`
    SELECT DISTINCT CASE
        WHEN "passwordHash" LIKE 'gh1$________$argon2id$%' THEN substr("passwordHash", 13, length("passwordHash") - 79)
        WHEN "passwordHash" LIKE 'gh1$%' THEN substr("passwordHash", 13, 7)
        ELSE substr("passwordHash", 1, 7) END AS "parameters"
      FROM "users" WHERE "passwordHash" LIKE 'gh1$%' OR "passwordHash" LIKE '$2%'`;
  return rows
    .map(([parameters]) => String(parameters))
    .map((parameters) => readHash(parameters + (parameters.startsWith('$argon2') ? argon2Tail : bcryptTail)))
    .reduce((dearest, known) => (known === null ? dearest : withRecipe(dearest, known.recipe)), noRecipes);
}
