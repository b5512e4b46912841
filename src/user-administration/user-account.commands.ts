import type { Command } from 'commander';
import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { print, printJson } from '../terminal/io';
import { named } from '../terminal/named';
import type { UserCommandNeeds } from './user-command.needs';
import { describeUser, givenOrMadePassword, readRoles } from './user-details.command';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** `gatehouse user create`, and what changes an account. */
export function addUserAccountCommands(user: Command, { io, withServices }: Cli<UserCommandNeeds>): void {
  user
    .command('create <username> <email>')
    .description('make a user; the password is the first line of standard input, or made and printed')
    .option('--roles <roles>', 'with these roles: a list separated by commas')
    .option('--verified', 'with an address that is known to be the user’s own')
    .option('--json', 'print one JSON value')
    .action(async (username: string, email: string, options: Options & { roles?: string; verified?: boolean }) => {
      const standing = { roles: readRoles(options.roles), verified: options.verified ?? false };
      const { password, shown } = await givenOrMadePassword(io);
      const made = await withServices(({ accounts }) => accounts.create({ username, email, password }, standing));
      if (options.json) printJson(io, { ...made, ...shown });
      else print(io, [describeUser(made), ...describeMade(shown)].join('\n'));
    });

  user
    .command('set-password <user>')
    .description('give a user another password, the first line of standard input, or a new one that is printed; every session ends')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Give ${name} another password and end every session?`, options);
      const { password, shown } = await givenOrMadePassword(io);
      await withServices(async ({ users }) => {
        const changed = await named('user', name, users.setPassword(name, password));
        if (options.json) return printJson(io, { ...changed, ...shown });
        const ended = `${changed.username} has another password, and ${changed.endedSessions} sessions ended.`;
        print(io, [ended, ...describeMade(shown)].join('\n'));
      });
    });

  user
    .command('set-email <user> <email>')
    .description('give a user another address; it is not verified')
    .option('--json', 'print one JSON value')
    .action((name: string, email: string, { json }: Options) =>
      withServices(async ({ users }) => {
        const changed = await named('user', name, users.setEmail(name, email));
        if (json) printJson(io, changed);
        else print(io, describeUser(changed));
      }),
    );

  user
    .command('verify <user>')
    .description('take the address of a user for verified')
    .option('--json', 'print one JSON value')
    .action((name: string, { json }: Options) =>
      withServices(async ({ users }) => {
        const changed = await named('user', name, users.verifyEmail(name));
        if (json) printJson(io, changed);
        else print(io, describeUser(changed));
      }),
    );
}

const describeMade = ({ password }: { readonly password?: string }): string[] =>
  password === undefined ? [] : [`password    ${password}`, 'The password is not shown again.'];
