import { Readable, Writable } from 'node:stream';
import { loadConfig } from '../../src/app/load-config';
import { runCli } from '../../src/cli/cli';
import type { House } from './house';

export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line over the database and the settings of a house; standard input is `input` and no terminal. */
export async function runCommand(
  house: Pick<House, 'databaseUrl' | 'environment'>,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<CommandOutcome> {
  const written = { out: '', err: '' };
  const into = (stream: 'out' | 'err') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        written[stream] += String(chunk);
        done();
      },
    });
  const code = await runCli(args, {
    stdin: Readable.from(input === '' ? [] : [input]),
    stdout: into('out'),
    stderr: into('err'),
    nodeVersion: process.versions.node,
    readConfig: () => loadConfig({ DATABASE_URL: house.databaseUrl, ...house.environment, ...environment }),
    serve: async () => {
      throw new Error('a test does not start the gateway so');
    },
  });
  return { code, ...written };
}
