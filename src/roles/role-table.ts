import type { Database, RoleGrants } from '../database/database';
import { toRoles } from '../users/user';
import { builtInRoles } from './built-in.roles';
import { noPermissions, type Permissions, toPermissionList, toPermissions } from './permissions';

/** What roles stand for now. */
export interface RoleTable {
  /**
   * The permissions of a user with these roles, a text as the user's row has it. A role that nobody has described carries none.
   * Without a query while no role has changed. @throws {Failure} UNAVAILABLE
   */
  readonly permissionsOf: (roles: string) => Promise<Permissions>;
}

/** The database's room tells whether the list is still the same one: what was made from it goes with it. */
export function createRoleTable(database: Pick<Database, 'readCurrentRoles'>): RoleTable {
  const made = new WeakMap<readonly RoleGrants[], Map<string, Permissions>>();

  const madeFrom = (rows: readonly RoleGrants[]): Map<string, Permissions> => {
    const known = made.get(rows) ?? new Map<string, Permissions>();
    made.set(rows, known);
    return known;
  };

  return {
    permissionsOf: async (roles) => {
      if (roles === '') return noPermissions;
      const rows = await database.readCurrentRoles();
      const known = madeFrom(rows);
      const permissions = known.get(roles) ?? evaluate(rows, toRoles(roles));
      if (known.size < maxKnown) known.set(roles, permissions);
      return permissions;
    },
  };
}

/** Combinations of roles that are remembered: most installations have a handful. */
const maxKnown = 1_000;

function evaluate(rows: readonly RoleGrants[], roles: readonly string[]): Permissions {
  const builtIn = builtInRoles.filter(({ name }) => roles.includes(name)).flatMap(({ permissions }) => permissions);
  const given = rows.filter(({ name }) => roles.includes(name)).flatMap(({ permissions }) => toPermissionList(permissions));
  return toPermissions([...builtIn, ...given]);
}
