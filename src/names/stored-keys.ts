import { type Database, isUniqueViolation, type UserRow } from '../database/database';
import { normalKey } from './normal-key';

/** A user whose name or address is stored in a normal form of before (docs/decisions/028-names.md), and who has it in today's. */
export interface StaleKey {
  readonly userId: string;
  readonly field: 'usernameKey' | 'emailKey';
  readonly key: string;
  /** Null: nobody. */
  readonly takenBy: string | null;
}

/** As many users as one query reads. */
const batchSize = 500;

/**
 * The names and addresses that are stored in another normal form than today's. Those in ASCII never are, so that the
 * database leaves out most users by itself: it reads the table once.
 */
export async function findStaleKeys(database: Database): Promise<readonly StaleKey[]> {
  const { user } = database.client;
  const stale: StaleKey[] = [];
  for (let after = '', rows = await readBatch(database, after); rows.length > 0; rows = await readBatch(database, after)) {
    after = rows.at(-1)?.id ?? '';
    for (const row of rows) {
      const [usernameKey, emailKey] = [normalKey(row.username), normalKey(row.email)];
      const of = async (field: StaleKey['field'], key: string): Promise<void> => {
        const other = await user.findUnique({
          where: field === 'usernameKey' ? { usernameKey: key } : { emailKey: key },
          select: { id: true },
        });
        stale.push({ userId: row.id, field, key, takenBy: other?.id ?? null });
      };
      if (usernameKey !== row.usernameKey) await of('usernameKey', usernameKey);
      if (emailKey !== row.emailKey) await of('emailKey', emailKey);
    }
  }
  return stale;
}

/**
 * Gives everybody today's normal form, but for those whose name or address somebody else has in it.
 * @returns how many were renewed, and who could not be. @throws {Failure} UNAVAILABLE
 */
export async function renewStaleKeys(database: Database): Promise<{ readonly renewed: number; readonly doubles: readonly StaleKey[] }> {
  const doubles: StaleKey[] = [];
  const stale = await findStaleKeys(database);
  for (const entry of stale) if (!(await renew(database, entry))) doubles.push(entry);
  return { renewed: stale.length - doubles.length, doubles };
}

async function renew({ client }: Database, { userId, field, key, takenBy }: StaleKey): Promise<boolean> {
  if (takenBy !== null) return false;
  try {
    await client.user.update({ where: { id: userId }, data: field === 'usernameKey' ? { usernameKey: key } : { emailKey: key } });
    return true;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return false; // two of them have the same one in today's form: the first has it now
  }
}

type Named = Pick<UserRow, 'id' | 'username' | 'usernameKey' | 'email' | 'emailKey'>;

const readBatch = ({ client, provider }: Database, after: string): Promise<Named[]> =>
  provider === 'sqlite'
    ? client.$queryRaw`SELECT "id", "username", "usernameKey", "email", "emailKey" FROM "users"
        WHERE "id" > ${after} AND ("username" GLOB '*[^ -~]*' OR "email" GLOB '*[^ -~]*') ORDER BY "id" LIMIT ${batchSize}`
    : client.$queryRaw`SELECT "id", "username", "usernameKey", "email", "emailKey" FROM "users"
        WHERE "id" > ${after} AND ("username" ~ '[^ -~]' OR "email" ~ '[^ -~]') ORDER BY "id" LIMIT ${batchSize}`;
