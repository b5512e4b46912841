import { rolesOf } from '../access/access';
import type { Config } from '../config';
import type { Database } from '../database/database';
import { findStaleKeys } from '../names/stored-keys';
import { PolicyError, readUpstreamPolicy } from '../policy/policy';
import { builtInRoles } from '../roles/built-in.roles';
import { toRoles } from '../users/user';
import { type Finding, ok, warning } from './finding';

/** Whether everybody is found by name and by address: docs/decisions/028-names.md. */
export async function examineNames(database: Database): Promise<Finding[]> {
  const stale = await findStaleKeys(database);
  const doubles = stale.filter(({ takenBy }) => takenBy !== null);
  const waiting = stale.length - doubles.length;
  const found = doubles.map(({ userId, takenBy, field }) => {
    const [what, mend] =
      field === 'emailKey'
        ? ['address', `gatehouse user set-email ${userId} ADDRESS`]
        : ['username', `Let one of them take another name; until then ${userId} logs in by address.`];
    return warning('names', `the users ${userId} and ${takenBy} have one ${what}, spelt in two ways`, mend);
  });
  if (waiting > 0)
    found.push(
      warning(
        'names',
        `${waiting} names or addresses are stored in the form of an older version`,
        'The next start brings them up to date.',
      ),
    );
  return found.length === 0 ? [ok('names', 'everybody is found by name and address')] : found;
}

/** Roles are compared exactly: one that nobody has, or that differs from another in case alone, seldom means what somebody meant. */
export async function examineRoles(database: Database, config: Config): Promise<Finding[]> {
  const rows = await database.client.user.findMany({ distinct: ['roles'], select: { roles: true } });
  const held = new Set(rows.flatMap(({ roles }) => toRoles(roles)));
  const needed = rolesOfPolicy(config);
  const described = new Set([...builtInRoles, ...(await database.client.role.findMany())].map(({ name }) => name));
  const unknown = described.size === builtInRoles.length ? [] : [...held].filter((role) => !described.has(role)).sort();
  const nobody = [...needed].filter((role) => !held.has(role));
  const all = [...new Set([...held, ...needed])].sort();
  const alike = all.filter((role) => all.some((other) => other !== role && other.toLowerCase() === role.toLowerCase()));
  const found = [
    ...nobody.map((role) =>
      warning(
        'roles',
        `AUTH_UPSTREAM_POLICY asks for the role ${role}, and nobody has it`,
        'gatehouse user set-roles, or correct the file.',
      ),
    ),
    ...(unknown.length === 0
      ? []
      : [
          warning(
            'roles',
            `users have ${unknown.join(', ')}, which stand for no permission`,
            'gatehouse role set, or gatehouse user set-roles.',
          ),
        ]),
    ...(alike.length === 0
      ? []
      : [warning('roles', `${alike.join(', ')} differ in case alone, and are different roles`, 'Let one spelling be the only one.')]),
  ];
  return found.length === 0 ? [ok('roles', held.size === 0 ? 'nobody has one' : `${[...held].sort().join(', ')}`)] : found;
}

/** What is wrong with the file is another finding. */
function rolesOfPolicy({ upstreamPolicyFile, variable }: Config): ReadonlySet<string> {
  if (upstreamPolicyFile === undefined) return new Set();
  try {
    const rules = [...readUpstreamPolicy(upstreamPolicyFile, variable).values()].flatMap(({ fields }) => [...fields.values()]);
    return new Set(rules.flatMap(rolesOf));
  } catch (error) {
    if (error instanceof PolicyError) return new Set();
    throw error;
  }
}
