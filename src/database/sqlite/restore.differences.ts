import Connection from 'libsql';

/** What an old database brings back that had been changed since: each by the name that an operator knows. */
export interface Differences {
  /** Users that were disabled and are not any more. */
  readonly enabledUsers: readonly string[];
  /** Users that had been deleted since. */
  readonly deletedUsers: readonly string[];
  /** Users with other roles than before the restore. */
  readonly roles: readonly string[];
  /** Users with another password. */
  readonly passwords: readonly string[];
  /** Users with another address. */
  readonly addresses: readonly string[];
  /** Signing keys that had been removed, by `kid`. */
  readonly removedKeys: readonly string[];
  /** Service clients that had been deleted since. */
  readonly deletedClients: readonly string[];
  /** How many users have registered since, and are not there any more. */
  readonly lostUsers: number;
}

interface UserStanding {
  readonly id: string;
  readonly username: string;
  readonly emailKey: string;
  readonly roles: string;
  readonly passwordHash: string | null;
  readonly disabledAt: unknown;
}

interface Standing {
  readonly users: readonly UserStanding[];
  readonly keys: readonly { readonly id: string; readonly removedAt: unknown }[];
  readonly clients: readonly { readonly id: string; readonly name: string }[];
}

/** Reads what {@link compareDatabases} compares. Null: it is no database of Gatehouse. */
export function readStanding(file: string): Standing | null {
  const sqlite = new Connection(file);
  const all = <Row>(sql: string): Row[] => sqlite.prepare(sql).all() as Row[];
  try {
    return {
      users: all('SELECT "id", "username", "emailKey", "roles", "passwordHash", "disabledAt" FROM "users"'),
      keys: all('SELECT "id", "removedAt" FROM "signing_keys"'),
      clients: all('SELECT "id", "name" FROM "service_clients"'),
    };
  } catch {
    return null;
  } finally {
    sqlite.close();
  }
}

export function compareDatabases(before: Standing, after: Standing | null): Differences | null {
  if (after === null) return null;
  const [users, keys, clients] = [byId(before.users), byId(before.keys), byId(before.clients)];
  const named = (differs: (now: UserStanding, then: UserStanding) => boolean): string[] =>
    after.users
      .filter((now) => {
        const then = users.get(now.id);
        return then !== undefined && differs(now, then);
      })
      .map(({ username }) => username);
  const stillThere = byId(after.users);
  return {
    enabledUsers: named((now, then) => now.disabledAt === null && then.disabledAt !== null),
    deletedUsers: after.users.filter(({ id }) => !users.has(id)).map(({ username }) => username),
    roles: named((now, then) => now.roles !== then.roles),
    passwords: named((now, then) => now.passwordHash !== then.passwordHash),
    addresses: named((now, then) => now.emailKey !== then.emailKey),
    removedKeys: after.keys
      .filter(({ id, removedAt }) => removedAt === null && (keys.get(id)?.removedAt ?? null) !== null)
      .map(({ id }) => id),
    deletedClients: after.clients.filter(({ id }) => !clients.has(id)).map(({ name }) => name),
    lostUsers: before.users.filter(({ id }) => !stillThere.has(id)).length,
  };
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): Map<string, Row> => new Map(rows.map((row) => [row.id, row]));
