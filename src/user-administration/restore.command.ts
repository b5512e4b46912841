import { providerOf } from '../database/provider';
import type { Restored } from '../database/sqlite/restore';
import type { Differences } from '../database/sqlite/restore.differences';
import type { Cli } from '../feature';
import { printable } from '../requester';
import { confirm } from '../terminal/confirm';
import { CommandError, print, printJson, requireConfig } from '../terminal/io';
import type { UsersService } from './users.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

interface Ended {
  readonly users: number;
  readonly endedSessions: number;
}

interface Needs {
  readonly users: UsersService;
}

/** `gatehouse restore` and `gatehouse sessions end-all`. */
export function addRestoreCommands(cli: Cli<Needs>): void {
  const { program, io, withServices } = cli;
  program
    .command('restore <file>')
    .description('put a backup of SQLite back, end every session in it, and say what else came back; stop the gateway first')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (file: string, options: Options) => {
      const config = requireConfig(io);
      if (providerOf(config.databaseUrl) === 'postgresql')
        throw new CommandError(
          'PostgreSQL restores with pg_restore: stop every node, run it (see docs/databases.md), then: gatehouse sessions end-all.',
        );
      await confirm(io, `Put ${file} in place of the database, and end every session?`, options);
      const report = await restore(cli, config.databaseUrl, file);
      if (options.json) return printJson(io, report);
      print(io, describe(report));
    });

  program
    .command('sessions')
    .description('end sessions')
    .command('end-all')
    .description('end every session of everybody: after a restore, or when tokens may have been stolen')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (options: Options) => {
      await confirm(io, 'End every session of everybody?', options);
      await withServices(async ({ users }) => {
        const ended = await users.revokeAllSessions();
        if (options.json) printJson(io, ended);
        else print(io, describeEnded(ended));
      });
    });
}

/** The sessions are ended before the backup is in place: at no moment does one of them count. */
async function restore({ withServices }: Cli<Needs>, databaseUrl: string, file: string): Promise<Restored & Ended> {
  const { prepareRestore } = await import('../database/sqlite/restore');
  const restoring = await prepareRestore(databaseUrl, file);
  try {
    const ended = await withServices(({ users }) => users.revokeAllSessions(), { databaseUrl: restoring.url });
    return { ...restoring.putInPlace(), ...ended };
  } finally {
    restoring.abandon();
  }
}

const describeEnded = ({ users, endedSessions }: Ended): string => `${endedSessions} sessions of ${users} users ended.`;

function describe({ file, replaced, cameBack, ...ended }: Restored & Ended): string {
  return [
    `${file} is the backup now. ${describeEnded(ended)}`,
    ...(replaced === null ? [] : [`The database of until now is kept as ${replaced}.`]),
    ...(cameBack === null
      ? ['There was no database to compare with: look for users, roles, keys and clients that should be gone.']
      : list(cameBack)),
  ].join('\n');
}

const words: readonly (readonly [Exclude<keyof Differences, 'lostUsers'>, string])[] = [
  ['enabledUsers', 'Users that were disabled, and may log in again'],
  ['deletedUsers', 'Users that had been deleted'],
  ['roles', 'Users with other roles'],
  ['passwords', 'Users with another password'],
  ['addresses', 'Users with another address'],
  ['removedKeys', 'Signing keys that had been removed'],
  ['deletedClients', 'Service clients that had been deleted'],
];

function list(cameBack: Differences): string[] {
  const found = words
    .filter(([name]) => cameBack[name].length > 0)
    .map(([name, what]) => `${what}: ${cameBack[name].map(printable).join(', ')}`);
  const lost = cameBack.lostUsers === 0 ? [] : [`Users that have registered since, and are gone: ${cameBack.lostUsers}`];
  return found.length + lost.length === 0
    ? ['Nothing else differs from the database of until now.']
    : ['What else came back:', ...[...found, ...lost].map((line) => `  ${line}`)];
}
