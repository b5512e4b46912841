import { Command, CommanderError } from 'commander';
import { BackupError } from '../database/sqlite/backup';
import { Failure } from '../errors';
import { features } from '../features';
import { CommandError, type Io } from '../terminal/io';
import { version } from '../version';
import { cliOver } from './cli-over';
import { addOperationCommands } from './operation.commands';
import { describeSystemError } from './system-error';

/** Runs one command line. The exit code: 0 done, 1 refused or failed (the reason is on standard error), 2 wrong usage. */
export async function runCli(args: readonly string[], io: Io): Promise<0 | 1 | 2> {
  const program = createProgram(io);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has written why
    io.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('gatehouse')
    .description('A GraphQL authentication gateway. Settings come from the environment and .env; see docs/configuration.md.')
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  const cli = cliOver(program, io);
  addOperationCommands(cli);
  for (const feature of features.list) feature.commands?.(cli);
  return program;
}

function describeError(error: unknown): string {
  if (error instanceof CommandError || error instanceof BackupError) return error.message;
  if (error instanceof Failure) {
    const issues = error.details.issues?.map(({ path, message }) => `  ${path} ${message}`) ?? [];
    return [`${error.code}: ${error.message}`, ...issues].join('\n');
  }
  return describeSystemError(error);
}
