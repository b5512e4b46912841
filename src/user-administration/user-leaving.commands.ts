import type { Command } from 'commander';
import type { Cli } from '../feature';
import { printable } from '../requester';
import { confirm } from '../terminal/confirm';
import { CommandError, print, printJson } from '../terminal/io';
import { named } from '../terminal/named';
import type { UserCommandNeeds } from './user-command.needs';
import { describeUser } from './user-details.command';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** `gatehouse user delete` and `user restore`. */
export function addUserLeavingCommands(user: Command, { io, withServices }: Cli<UserCommandNeeds>): void {
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
