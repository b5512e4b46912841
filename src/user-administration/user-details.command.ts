import { randomBytes } from 'node:crypto';
import { printable } from '../requester';
import { CommandError, type Io, print, printJson, readPassword, table } from '../terminal/io';
import type { User } from '../users/user';
import { roleName, roleNameRule } from '../users/user';

/** A user for a person who reads. */
export const describeUser = (user: User & { readonly disabledAt?: Date | null; readonly deletesAt?: Date | null }): string =>
  table([
    ['id', user.id],
    ['username', user.username],
    ['email', user.email + (user.emailVerified ? '' : ' (not verified)')],
    ['name', user.name ?? '-'],
    ['roles', user.roles.join(',') || '-'],
    ['status', user.disabledAt ? `disabled since ${user.disabledAt.toISOString()}` : 'enabled'],
    ...(user.deletesAt ? ([['deleted', `on ${user.deletesAt.toISOString()}, unless it is taken back`]] as [string, string][]) : []),
    ['registered', user.createdAt.toISOString()],
  ]);

/** The same, or as JSON. */
export const show = (io: Io, user: Parameters<typeof describeUser>[0], { json }: { readonly json?: boolean }): void =>
  json ? printJson(io, user) : print(io, describeUser(user));

/** A list separated by commas. Each that breaks the rule is told by its name. @throws {CommandError} */
export function readRoles(list: string | undefined): string[] {
  const roles = (list ?? '').split(',').filter((role) => role !== '');
  const wrong = roles.filter((role) => !roleName.test(role)).map((role) => `"${printable(role)}"`);
  if (wrong.length > 0) throw new CommandError(`BAD_USER_INPUT: a role must be ${roleNameRule}; ${wrong.join(', ')} is none.`);
  return roles;
}

/** The one on standard input, or a new one, which is shown once. @throws {CommandError} */
export async function givenOrMadePassword(io: Io): Promise<{ readonly password: string; readonly shown: { readonly password?: string } }> {
  const given = await readPassword(io);
  if (given !== null) return { password: given, shown: {} };
  const password = randomBytes(18).toString('base64url');
  return { password, shown: { password } };
}
