import Connection from 'libsql';
import { LRUCache } from 'lru-cache';
import type { OnQuery } from '../outage.adapter';
import { type RoleGrants, rolesSql, toRoleGrants } from '../queries/role.query';
import { columnsOf, type SessionWithUserRow, toSessionWithUser } from '../queries/session.rows';
import { maxSessions } from '../session-cache';

/** Sessions with their users as they are now, read without waiting. */
export interface CurrentSessions {
  /** In the order of the ids, null for one that is not there; and whether no key of these was removed. @throws SQLite's errors */
  readonly read: (
    ids: readonly string[],
    keyIds: readonly string[],
  ) => { readonly sessions: readonly (SessionWithUserRow | null)[]; readonly areKeysUsable: boolean };
  /** Every role as it is now, and the same list while nothing was written. @throws SQLite's errors */
  readonly readRoles: () => readonly RoleGrants[];
  readonly close: () => void;
}

/**
 * The session check's own connection. It only reads, so it sees what is committed and nothing of a transaction that is open, and
 * `PRAGMA data_version` tells it of every commit of every other connection, in this process or another. So a row is
 * remembered until anything at all is written:
 *
 * 1. The version is asked first, in each call. When it has changed, all rows are dropped.
 * 2. A row that is then read is of this version or of a later one. In the latter case the next call finds the version changed.
 *
 * Both happen in one step of the event loop, after the requests that ask have arrived; what was committed before they were sent is
 * seen. What it costs is in docs/decisions/014-free-and-strict.md.
 */
export function openCurrentSessions(file: string, onQuery: OnQuery): CurrentSessions {
  const memory = createMemory(onQuery);
  let opened: Reader | undefined;
  let version: unknown;

  const close = (): void => {
    opened?.close();
    opened = undefined;
    version = undefined;
    memory.forget();
  };

  /** From here to the end of this step, what is remembered is true. */
  const readerOfNow = (): Reader => {
    opened ??= openReader(file);
    const now = opened.version();
    if (now !== version) memory.forget();
    version = now;
    return opened;
  };

  const ask = <T>(question: (reader: Reader) => T): T => {
    try {
      return question(readerOfNow());
    } catch (error) {
      close(); // libsql does not reset a statement that met a lock: another connection is sure not to be in an old snapshot
      throw error;
    }
  };

  return {
    read: (ids, keyIds) =>
      ask((reader) => ({
        sessions: ids.map((id) => memory.session(reader, id)),
        areKeysUsable: keyIds.every((id) => memory.usableKeys(reader).has(id)),
      })),
    readRoles: () => ask(memory.roles),
    close,
  };
}

/** What was read of one version, and is true while that one counts. */
function createMemory(onQuery: OnQuery) {
  const sessions = new LRUCache<string, SessionWithUserRow>({ max: maxSessions });
  let usableKeys: ReadonlySet<string> | undefined;
  let roles: readonly RoleGrants[] | undefined;
  return {
    forget: (): void => {
      sessions.clear();
      usableKeys = undefined;
      roles = undefined;
    },
    session: (reader: Reader, id: string): SessionWithUserRow | null => {
      const known = sessions.get(id);
      if (known !== undefined) return known;
      onQuery(sessionSql);
      const row = reader.session(id);
      if (row === undefined) return null; // not remembered: ids that do not exist have no end
      const found = toSessionWithUser(row);
      sessions.set(id, found);
      return found;
    },
    usableKeys: (reader: Reader): ReadonlySet<string> => {
      if (usableKeys === undefined) {
        onQuery(keysSql);
        usableKeys = new Set(reader.usableKeys());
      }
      return usableKeys;
    },
    roles: (reader: Reader): readonly RoleGrants[] => {
      if (roles === undefined) {
        onQuery(rolesSql);
        roles = reader.roles();
      }
      return roles;
    },
  };
}

const sessionSql = `SELECT ${columnsOf('s', 'u')} FROM "sessions" s JOIN "users" u ON u."id" = s."userId" WHERE s."id" = ?`;
const keysSql = `SELECT "id" FROM "signing_keys" WHERE "removedAt" IS NULL`;

interface Reader {
  readonly version: () => unknown;
  /** The values in the order of the columns. */
  readonly session: (id: string) => readonly unknown[] | undefined;
  readonly usableKeys: () => string[];
  readonly roles: () => RoleGrants[];
  readonly close: () => void;
}

function openReader(file: string): Reader {
  const sqlite = new Connection(file);
  try {
    for (const pragma of ['busy_timeout=0', 'query_only=ON']) sqlite.prepare(`PRAGMA ${pragma}`).all();
    const [version, session, keys, roles] = ['PRAGMA data_version', sessionSql, keysSql, rolesSql].map((sql) =>
      sqlite.prepare(sql).raw(true),
    ) as [Connection.Statement, Connection.Statement, Connection.Statement, Connection.Statement];
    return {
      version: () => (version.get() as unknown[])[0],
      session: (id) => session.get(id) as unknown[] | undefined,
      usableKeys: () => (keys.all() as [string][]).map(([id]) => id),
      roles: () => (roles.all() as unknown[][]).map(toRoleGrants),
      close: () => sqlite.close(),
    };
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
