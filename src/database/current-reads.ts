import { allRoles, type ReadRoles, toRoleGrants } from './queries/role.query';
import type { SessionWithUserRow } from './queries/session.rows';
import { toSessionWithUser } from './queries/session.rows';
import { sessionsWithUsers } from './queries/session-with-user.query';
import type { FileWatch } from './sqlite/file.watch';
import type { openCurrentSessions } from './sqlite/session-cache';
import type { Statements } from './statements';

/** Sessions with their users, in the order of the ids, and whether the keys are usable. */
export type ReadSessions = (
  ids: readonly string[],
  keyIds: readonly string[],
) => Promise<{ readonly sessions: readonly (SessionWithUserRow | null)[]; readonly areKeysUsable: boolean }>;

/** What every request reads, as it is now. */
export interface CurrentReads {
  readonly readSessions: ReadSessions;
  readonly readRoles: ReadRoles;
}

/** By statements: it waits for a lock, and tells an outage from a defect. */
export function readsByStatements(statements: Statements): CurrentReads {
  return {
    readSessions: async (ids, keyIds) => {
      const rows = await statements.rows(sessionsWithUsers(ids, keyIds));
      const byId = new Map(rows.map((values) => toSessionWithUser(values, 1)).map((found) => [found.row.id, found]));
      return {
        sessions: ids.map((id) => byId.get(id) ?? null),
        areKeysUsable: rows.every(([count]) => Number(count) === keyIds.length),
      };
    },
    readRoles: async () => (await statements.rows(allRoles)).map(toRoleGrants),
  };
}

/** By SQLite's reader of its own, which looks whether anything was written; whatever it cannot do, the statements do. */
export function readsOnSqlite(
  reader: ReturnType<typeof openCurrentSessions>,
  file: FileWatch | undefined,
  others: CurrentReads,
): CurrentReads {
  const orElse = async <T>(read: () => T, other: () => Promise<T>): Promise<T> => {
    try {
      file?.requireSame();
      return read();
    } catch {
      return other();
    }
  };
  return {
    readSessions: (ids, keyIds) =>
      orElse(
        () => reader.read(ids, keyIds),
        () => others.readSessions(ids, keyIds),
      ),
    readRoles: () =>
      orElse(
        () => reader.readRoles(),
        () => others.readRoles(),
      ),
  };
}
