import type { Command } from 'commander';
import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { print, printJson } from '../terminal/io';
import { named } from '../terminal/named';
import type { UserCommandNeeds } from './user-command.needs';
import { describeUser, readRoles, show } from './user-details.command';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** Who may log in, and with which roles. */
export function addUserAccessCommands(user: Command, { io, withServices }: Cli<UserCommandNeeds>): void {
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
    .command('disable <user>')
    .description('keep a user out: no login works, and every session ends')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Disable ${name} and end every session?`, options);
      await withServices(async ({ users }) => show(io, await named('user', name, users.disable(name)), options));
    });

  user
    .command('enable <user>')
    .description('let a disabled user log in again')
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) =>
      withServices(async ({ users }) => show(io, await named('user', name, users.enable(name)), options)),
    );

  user
    .command('revoke-sessions <user>')
    .description('end every session of a user')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `End every session of ${name}?`, options);
      await withServices(async ({ users }) => {
        const ended = await named('user', name, users.revokeSessions(name));
        if (options.json) printJson(io, ended);
        else print(io, `${ended.endedSessions} sessions of ${ended.username} ended`);
      });
    });
}
