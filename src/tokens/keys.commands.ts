import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { print, printJson, table } from '../terminal/io';
import { named } from '../terminal/named';
import type { SigningKeyInfo, SigningKeys } from './signing-keys.service';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

interface Needs {
  readonly keys: SigningKeys;
}

/** `gatehouse keys …` */
export function addKeysCommands({ program, io, withServices }: Cli<Needs>): void {
  const keys = program.command('keys').description('manage signing keys');

  keys
    .command('list')
    .description('list the signing keys, the retired ones included')
    .option('--json', 'print one JSON value')
    .action((options: Options) => withServices(async (services) => show(await services.keys.list(), options)));

  keys
    .command('rotate')
    .description('publish the next key; it signs once everybody can know it')
    .option('--json', 'print one JSON value')
    .action((options: Options) =>
      withServices(async (services) => {
        const next = await services.keys.rotate();
        if (options.json) return printJson(io, next);
        return print(io, `${next.kid} is published, and signs from ${moment(next.activatedAt)}.`);
      }),
    );

  keys
    .command('remove <kid>')
    .description('refuse the tokens of a key from now on: sessions go on, and clients refresh')
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action(async (kid: string, options: Options) => {
      await confirm(io, `Refuse every token of ${kid}?`, options);
      await withServices(async (services) => {
        const removed = await named('signing key', kid, services.keys.remove(kid));
        if (options.json) return printJson(io, removed);
        return print(io, `${removed.kid} is removed.`);
      });
    });

  const show = (list: readonly SigningKeyInfo[], { json }: Options): void => {
    if (json) printJson(io, list);
    else print(io, describe(list));
  };
}

function describe(list: readonly SigningKeyInfo[]): string {
  const rows = list.map((key) => [
    key.kid,
    key.algorithm,
    key.state,
    moment(key.createdAt),
    moment(key.activatedAt),
    moment(key.expiresAt),
  ]);
  return table([['KID', 'ALGORITHM', 'STATE', 'CREATED', 'SIGNS FROM', 'GONE AFTER'], ...rows]);
}

const moment = (date: Date | null): string => date?.toISOString() ?? '-';
