import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../feature';
import { print, printJson, table } from '../terminal/io';
import { named } from '../terminal/named';
import { addUserAccessCommands } from './user-access.commands';
import { addUserAccountCommands } from './user-account.commands';
import type { UserCommandNeeds } from './user-command.needs';
import { show } from './user-details.command';
import { addUserLeavingCommands } from './user-leaving.commands';
import { addUserRecoveryCommands } from './user-recovery.commands';

interface Options {
  readonly json?: boolean;
}

const who = 'an id, a username or an address';

/** `gatehouse user …` */
export function addUserCommands(cli: Cli<UserCommandNeeds>): void {
  const user = cli.program.command('user').description('manage users');
  addUserAccountCommands(user, cli);
  addUserRecoveryCommands(user, cli);
  addUserLeavingCommands(user, cli);
  addUserLookCommands(user, cli);
  addUserAccessCommands(user, cli);
}

/** Who there is. */
function addUserLookCommands(user: Command, { io, withServices }: Cli<UserCommandNeeds>): void {
  user
    .command('show <user>')
    .description(`show a user, named by ${who}`)
    .option('--json', 'print one JSON value')
    .action((name: string, options: Options) =>
      withServices(async ({ users }) => show(io, await named('user', name, users.show(name)), options)),
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
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError('It must be a number from 1 to 99999.');
  return Number(value);
}
