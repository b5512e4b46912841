import type { Command } from 'commander';
import type { AccountsService } from '../accounts/accounts.service';
import { confirm } from '../cli/confirm';
import { CommandError, print, printJson } from '../cli/io';
import { named } from '../cli/named';
import type { Cli } from '../feature';
import { printable } from '../requester';
import type { RolesService } from '../roles/roles.service';
import { describeUser, givenOrMadePassword, readRoles } from './user-details.command';
import type { UsersService } from './users.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

export interface UserCommandNeeds {
  readonly accounts: AccountsService;
  readonly users: UsersService;
  readonly roles: RolesService;
}

/** `gatehouse user create`, and what changes a user's account. */
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
    .command('set-roles <user> [roles]')
    .description('replace the roles of a user: a list separated by commas, or none')
    .option('--json', 'print one JSON value')
    .action((name: string, list: string | undefined, { json }: Options) => {
      const roles = readRoles(list);
      return withServices(async ({ users, roles: known }) => {
        const changed = await named('user', name, users.setRoles(name, roles));
        for (const unknown of await known.unknownOf(roles))
          io.stderr.write(`The role ${unknown} stands for no permission: see gatehouse role list\n`);
        if (json) printJson(io, changed);
        else print(io, describeUser(changed));
      });
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

  user
    .command('delete <user>')
    .description('delete a user: every session ends, and the account can be taken back for AUTH_DELETION_DAYS')
    .option('--now', 'erase it at once: there is no way back')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options & { now?: boolean }) => {
      await confirm(io, options.now ? `Erase ${name} for good?` : `Delete ${name} and end every session?`, options);
      await withServices(async ({ users }) => {
        if (!options.now) {
          const planned = await named('user', name, users.planDeletion(name));
          if (options.json) return printJson(io, planned);
          const when = `${planned.deletesAt?.toISOString()}, and ${planned.endedSessions} sessions ended.`;
          return print(io, `${planned.username} will be deleted on ${when} user restore takes it back.`);
        }
        const erased = await named('user', name, users.erase(name));
        if (options.json) return printJson(io, erased);
        print(io, `The user ${erased.id} is erased, and ${erased.endedSessions} sessions ended.`);
      });
    });

  user
    .command('send-reset <user>')
    .description('send a user a mail with a code and a link for a new password')
    .option('--json', 'print one JSON value')
    .action((name: string, { json }: Options) =>
      withServices(async ({ users }) => {
        const told = await named('user', name, users.sendReset(name));
        if (json) printJson(io, told);
        else print(io, `A mail for a new password is on its way to the address of ${told.username}.`);
      }),
    );

  user
    .command('restore <user>')
    .description('keep a user that is to be deleted')
    .option('--json', 'print one JSON value')
    .action((name: string, { json }: Options) =>
      withServices(async ({ users }) => {
        const kept = await named('user', name, users.restore(name));
        if (kept === null) throw new CommandError(`Nothing was changed: ${printable(name)} is not to be deleted, or is disabled.`);
        if (json) printJson(io, kept);
        else print(io, describeUser(kept));
      }),
    );
}

const describeMade = ({ password }: { readonly password?: string }): string[] =>
  password === undefined ? [] : [`password    ${password}`, 'The password is not shown again.'];
