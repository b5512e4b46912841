import type { z } from 'zod';
import { operator } from '../actor';
import type { AuditService, Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import { type Database, isUniqueViolation, type Queries, type RoleRow } from '../database/database';
import { countUsersWithRole, takeRoleFromUsers } from '../database/queries/role.query';
import { badInput, Failure } from '../errors';
import { parseInput } from '../input';
import { builtInRoles, ownRoles } from './built-in.roles';
import { toPermissionList } from './permissions';
import type { RolesEvent } from './roles.events';
import { maxRoles, roleInput, rolesInput } from './roles.inputs';

/** A role as an operator sees it. */
export interface RoleInfo {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  /** Of Gatehouse itself: nobody can change it. */
  readonly builtIn: boolean;
}

/** What an operator does with roles. Each change is known to every node when it is answered. */
export interface RolesService {
  /** The built-in ones first, then by name. */
  readonly list: () => Promise<readonly RoleInfo[]>;
  /** Makes a role, or gives it these permissions in place of its own. @throws {Failure} BAD_USER_INPUT */
  readonly set: (input: unknown) => Promise<RoleInfo & { readonly outcome: Outcome }>;
  /** @throws {Failure} NOT_FOUND, FORBIDDEN (a built-in one), ROLE_IN_USE while users have it and `force` does not take it from them */
  readonly remove: (name: string, options: Force) => Promise<Removed>;
  /**
   * Makes what is there what the file says, all at once or not at all; what it does not name stays, or goes with `prune`.
   * @throws {Failure} BAD_USER_INPUT, and as `remove`
   */
  readonly apply: (file: unknown, options: Force & { readonly prune?: boolean }) => Promise<Applied>;
  /** Of these names those that stand for no permission, because nobody has described them; none while no role is described at all. */
  readonly unknownOf: (names: readonly string[]) => Promise<readonly string[]>;
}

export type Outcome = 'created' | 'changed' | 'unchanged';

interface Force {
  readonly force?: boolean;
}

export interface Removed {
  readonly name: string;
  /** Users who had it. */
  readonly takenFrom: number;
}

export interface Applied {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly deleted: readonly Removed[];
}

type Role = z.output<typeof roleInput>;
type RolesNote = Note<RolesEvent>;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<RolesEvent>;
  readonly clock: Clock;
}

export function createRolesService(dependencies: Dependencies): RolesService {
  const { database, audit, clock } = dependencies;
  const change = createChange(database, audit);
  const write = createWrite(clock);
  const { requireUnused, release } = createReleasing(dependencies);

  return {
    list: async () => {
      const rows = await database.client.role.findMany({ orderBy: { name: 'asc' } });
      return [...builtInRoles.map((role) => ({ ...role, builtIn: true })), ...rows.map(toInfo)];
    },
    set: async (input) => {
      const role = parseInput(roleInput, input);
      return change(async (queries, note) => {
        const [written] = await write(queries, note, [role]);
        await requireRoom(queries);
        if (written === undefined) throw new Error('one role was written');
        return { ...toInfo(written.row), outcome: written.outcome };
      });
    },
    remove: async (name, options) => {
      if (name.startsWith(ownRoles)) throw new Failure('FORBIDDEN');
      if ((await database.client.role.findUnique({ where: { name } })) === null) throw new Failure('NOT_FOUND');
      const removed = await release(name, options);
      await change((queries, note) => drop(queries, note, name));
      return removed;
    },
    apply: async (file, { force, prune = false }) => {
      const { roles } = parseInput(rolesInput, file);
      const names = new Set(roles.map(({ name }) => name));
      const rows = await database.client.role.findMany({ select: { name: true }, orderBy: { name: 'asc' } });
      const superfluous = prune ? rows.map(({ name }) => name).filter((name) => !names.has(name)) : [];
      if (!force) for (const name of superfluous) await requireUnused(name); // before anything is changed
      const deleted: Removed[] = [];
      for (const name of superfluous) deleted.push(await release(name, { ...(force && { force }) }));
      const written = await change(async (queries, note) => {
        for (const name of superfluous) await drop(queries, note, name);
        const done = await write(queries, note, roles);
        await requireRoom(queries);
        return done;
      });
      const namesOf = (wanted: Outcome) => written.filter(({ outcome }) => outcome === wanted).map(({ row }) => row.name);
      return { created: namesOf('created'), changed: namesOf('changed'), deleted };
    },
    unknownOf: async (names) => {
      const rows = await database.client.role.findMany({ select: { name: true } });
      const known = new Set([...builtInRoles, ...rows].map(({ name }) => name));
      return rows.length === 0 ? [] : names.filter((name) => !known.has(name));
    },
  };
}

/** However many they are, in a few statements: a transaction has to be short. */
const createWrite =
  (clock: Clock) =>
  async (queries: Queries, note: RolesNote, roles: readonly Role[]): Promise<readonly Written[]> => {
    const rows = await queries.role.findMany({ where: { name: { in: roles.map(({ name }) => name) } } });
    const now = new Date(clock.now());
    const written = roles.map((role) => toWritten(role, rows.find(({ name }) => name === role.name) ?? null, now));
    const others = written.filter(({ outcome }) => outcome !== 'unchanged');
    const changed = others.filter(({ outcome }) => outcome === 'changed').map(({ row }) => row.name); // one made meanwhile is not ours to replace
    await queries.role.deleteMany({ where: { name: { in: changed } } });
    await queries.role.createMany({ data: others.map(({ row }) => row) });
    for (const { row, outcome, detail } of others)
      note({
        event: outcome === 'created' ? 'role.created' : 'role.changed',
        actor: operator,
        detail: [row.name, ...detail].join(' '),
      });
    return written;
  };

const requireRoom = async (queries: Queries): Promise<void> => {
  if ((await queries.role.count()) > maxRoles) throw badInput({ path: 'name', message: `would be one of more than ${maxRoles} roles` });
};

const drop = async (queries: Queries, note: RolesNote, name: string): Promise<void> => {
  const { count } = await queries.role.deleteMany({ where: { name } });
  if (count > 0) note({ event: 'role.deleted', actor: operator, detail: name });
};

/** Users who have a role that is to go. */
function createReleasing({ database, audit, clock }: Dependencies) {
  const requireUnused = async (name: string): Promise<void> => {
    const users = await countUsersWithRole(database.statements, database.provider, name);
    if (users > 0) throw new Failure('ROLE_IN_USE', { issues: [{ path: name, message: `is a role of ${users} users` }] });
  };

  /** In batches: on SQLite everybody waits for each. */
  const takeFromEverybody = async (name: string): Promise<number> => {
    for (let taken = 0; ; ) {
      const ids = await audit.change(async (queries, note) => {
        const batch = await takeRoleFromUsers(queries, database.provider, name, new Date(clock.now()));
        for (const userId of batch) note({ event: 'role.taken', userId, actor: operator, detail: name });
        if (batch.length > 0) await database.notices.publish(queries, 'user', batch);
        return batch;
      });
      if (ids.length === 0) return taken;
      taken += ids.length;
    }
  };

  const release = async (name: string, { force = false }: Force): Promise<Removed> => {
    if (!force) await requireUnused(name);
    return { name, takenFrom: force ? await takeFromEverybody(name) : 0 };
  };

  return { requireUnused, release };
}

/** One transaction, of which every node hears before it is answered. Where another command has made a role meanwhile, it is repeated. */
function createChange({ notices }: Pick<Database, 'notices'>, audit: Dependencies['audit']) {
  const change = async <T>(work: (queries: Queries, note: RolesNote) => Promise<T>, triesLeft = 5): Promise<T> => {
    try {
      return await audit.change(async (queries, note) => {
        const done = await work(queries, note);
        await notices.publish(queries, 'roles', []);
        return done;
      });
    } catch (error) {
      if (!isUniqueViolation(error) || triesLeft === 0) throw error;
      return change(work, triesLeft - 1);
    }
  };
  return change;
}

const toInfo = ({ name, description, permissions }: RoleRow): RoleInfo => ({
  name,
  description,
  permissions: toPermissionList(permissions),
  builtIn: false,
});

interface Written {
  readonly row: RoleRow;
  readonly outcome: Outcome;
  /** For the audit: the permissions of a new role, and what came and went. */
  readonly detail: readonly string[];
}

function toWritten({ name, permissions, description }: Role, before: RoleRow | null, now: Date): Written {
  const content = { name, description: description ?? before?.description ?? '', permissions: permissions.join(' ') };
  if (before === null) return { row: { ...content, createdAt: now, updatedAt: now }, outcome: 'created', detail: permissions };
  const isSame = before.description === content.description && before.permissions === content.permissions;
  if (isSame) return { row: before, outcome: 'unchanged', detail: [] };
  return { row: { ...before, ...content, updatedAt: now }, outcome: 'changed', detail: differences(before, permissions) };
}

function differences(before: RoleRow, permissions: readonly string[]): string[] {
  const held = toPermissionList(before.permissions);
  return [
    ...permissions.filter((each) => !held.includes(each)).map((each) => `+${each}`),
    ...held.filter((each) => !permissions.includes(each)).map((each) => `-${each}`),
  ];
}
