import { InvalidArgumentError } from 'commander';
import type { Cli } from '../feature';
import { print, printJson } from '../terminal/io';

interface Options {
  readonly minCount: number;
  readonly json?: boolean;
}

/** `gatehouse passwords build`: it needs no database. */
export function addPasswordsCommands({ program, io }: Pick<Cli<object>, 'program' | 'io'>): void {
  const passwords = program.command('passwords').description('prepare lists of passwords');

  passwords
    .command('build <input> <output>')
    .description(
      'make the file of AUTH_BREACHED_PASSWORDS from lines HASH:COUNT in the order of the SHA-1 hashes, or from a folder of range files',
    )
    .option('--min-count <n>', 'only hashes that were seen at least so often', parseCount, 1)
    .option('--json', 'print one JSON value')
    .action(async (input: string, output: string, { minCount, json }: Options) => {
      const { buildHashFile } = await import('./breached/hash-file.build');
      const built = await buildHashFile(input, output, minCount);
      if (json) printJson(io, built);
      else print(io, `${built.file} has ${built.entries} hashes (${built.bytes} bytes). Set AUTH_BREACHED_PASSWORDS=file:${built.file}`);
    });
}

function parseCount(value: string): number {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw new InvalidArgumentError('It must be a number from 1 to 9999999999.');
  return Number(value);
}
