import { InvalidArgumentError } from 'commander';
import { confirm } from '../cli/confirm';
import { print, printJson, table } from '../cli/io';
import { named } from '../cli/named';
import type { Cli } from '../feature';
import { addUserAccountCommands, type UserCommandNeeds } from './user-account.commands';
import { describeUser } from './user-details.command';
import type { UserDetails } from './users.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

const who = 'an id, a username or an address';

/** `gatehouse user …` */
export function addUserCommands(cli: Cli<UserCommandNeeds>): void {
  const { program, io, withServices } = cli;
  const user = program.command('user').description('manage users');
  addUserAccountCommands(user, cli);

  user
    .command('show <user>')
    .description(`show a user, named by ${who}`)
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) =>
      withServices(async ({ users }) => show(await named('user', name, users.show(name)), options)),
    );

  user
    .command('list')
    .description('list users in the order of their registration')
    .option('--limit <n>', 'at most so many', parseLimit, 100)
    .option('--after <user>', 'only those after this one')
    .option('--json', 'print one JSON value')
    .action((options: Options & { limit: number; after?: string }) =>
      withServices(async ({ users }) => {
        const { limit, after } = options;
        const found = await named('user', after ?? '', users.list({ limit, after }));
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
      await withServices(async ({ users }) => show(await named('user', name, users.disable(name)), options));
    });

  user
    .command('enable <user>')
    .description('let a disabled user log in again')
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) =>
      withServices(async ({ users }) => show(await named('user', name, users.enable(name)), options)),
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

  user
    .command('reset-second-factor <user>')
    .description('remove the authenticator app and the recovery codes of a user who has lost both')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: Options) => {
      await confirm(io, `Remove the second factor of ${name}, so that the password alone opens the account?`, options);
      await withServices(async ({ users }) => {
        const reset = await named('user', name, users.resetSecondFactor(name));
        if (options.json) printJson(io, reset);
        else
          print(io, reset.hadSecondFactor ? `${reset.username} has no second factor any more` : `${reset.username} had no second factor`);
      });
    });

  const show = (details: UserDetails, { json }: Options): void => (json ? printJson(io, details) : print(io, describeUser(details)));
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError('It must be a number from 1 to 99999.');
  return Number(value);
}
