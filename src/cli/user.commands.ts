import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { UserDetails } from '../accounts/users.service';
import { confirm } from './confirm';
import { type Io, print, printJson, readInput, table } from './io';
import { operator, withServices } from './services';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

const who = 'an id, a username or an address';

/** `gatehouse user …` */
export function addUserCommands(program: Command, io: Io): void {
  const user = program.command('user').description('manage users');

  user
    .command('create <username> <email>')
    .description('make a user; the password is read from standard input, or made and printed')
    .option('--json', 'print one JSON value')
    .action(async (username: string, email: string, options: Options) => {
      const given = (await readInput(io))?.replace(/\r?\n$/, '') || null;
      const password = given ?? randomBytes(18).toString('base64url');
      const made = await withServices(io, ({ accounts }) => accounts.create({ username, email, password }, operator));
      const shown = given === null ? { ...made, password } : made;
      if (options.json) printJson(io, shown);
      else print(io, [describe({ ...made, disabledAt: null }), ...(given === null ? [`password    ${password}`] : [])].join('\n'));
    });

  user
    .command('show <user>')
    .description(`show a user, named by ${who}`)
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) => withServices(io, async ({ users }) => show(await users.show(name), options)));

  user
    .command('list')
    .description('list users in the order of their registration')
    .option('--limit <n>', 'at most so many', parseLimit, 100)
    .option('--after <user>', 'only those after this one')
    .option('--json', 'print one JSON value')
    .action((options: Options & { limit: number; after?: string }) =>
      withServices(io, async ({ users }) => {
        const found = await users.list({ limit: options.limit, after: options.after });
        if (options.json) return printJson(io, found);
        const rows = found.map((each) => [
          each.id,
          each.username,
          each.email,
          each.roles.join(','),
          each.disabledAt ? 'disabled' : 'enabled',
        ]);
        print(io, table([['ID', 'USERNAME', 'EMAIL', 'ROLES', 'STATUS'], ...rows]));
      }),
    );

  user
    .command('disable <user>')
    .description('keep a user out: no login works, and every session ends')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Disable ${name} and end every session?`, options);
      await withServices(io, async ({ users }) => show(await users.disable(name), options));
    });

  user
    .command('enable <user>')
    .description('let a disabled user log in again')
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) => withServices(io, async ({ users }) => show(await users.enable(name), options)));

  user
    .command('set-roles <user> [roles]')
    .description('replace the roles of a user: a list separated by commas, or none')
    .option('--json', 'print one JSON value')
    .action((name: string, roles: string | undefined, options: Options) =>
      withServices(io, async ({ users }) =>
        show(
          await users.setRoles(
            name,
            (roles ?? '').split(',').filter((role) => role !== ''),
          ),
          options,
        ),
      ),
    );

  user
    .command('revoke-sessions <user>')
    .description('end every session of a user')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `End every session of ${name}?`, options);
      await withServices(io, async ({ users }) => {
        const ended = await users.revokeSessions(name);
        if (options.json) printJson(io, ended);
        else print(io, `${ended.endedSessions} sessions of ${ended.username} ended`);
      });
    });

  const show = (details: UserDetails, { json }: Options): void => (json ? printJson(io, details) : print(io, describe(details)));
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError('It must be a number from 1 to 99999.');
  return Number(value);
}

function describe(user: UserDetails): string {
  return table([
    ['id', user.id],
    ['username', user.username],
    ['email', user.email + (user.emailVerified ? '' : ' (not verified)')],
    ['name', user.name ?? '-'],
    ['roles', user.roles.join(',') || '-'],
    ['status', user.disabledAt ? `disabled since ${user.disabledAt.toISOString()}` : 'enabled'],
    ['registered', user.createdAt.toISOString()],
  ]);
}
