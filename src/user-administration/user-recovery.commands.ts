import type { Command } from 'commander';
import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { print, printJson } from '../terminal/io';
import { named } from '../terminal/named';
import type { UserCommandNeeds } from './user-command.needs';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** For somebody who has lost a password or a second factor. */
export function addUserRecoveryCommands(user: Command, { io, withServices }: Cli<UserCommandNeeds>): void {
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
    .command('reset-second-factor <user>')
    .description('remove every second factor of a user who has lost them: authenticator app, passkeys, security keys, recovery codes')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Remove every second factor of ${name}, passkeys as well, so that the password alone opens the account?`, options);
      await withServices(async ({ users }) => {
        const reset = await named('user', name, users.resetSecondFactor(name));
        if (options.json) printJson(io, reset);
        else
          print(io, reset.hadSecondFactor ? `${reset.username} has no second factor any more` : `${reset.username} had no second factor`);
      });
    });
}
