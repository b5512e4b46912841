import { Option } from 'commander';
import { providerOf } from '../database/provider';
import { type Backup, backUpSqlite } from '../database/sqlite/backup';
import type { Cli } from '../feature';
import { confirm } from '../terminal/confirm';
import { CommandError, describeFaults, type Io, print, printJson, requireConfig, table } from '../terminal/io';

interface Options {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** `gatehouse start`, `migrate`, `backup` and `config`. */
export function addOperationCommands({ program, io, ownSide }: Pick<Cli<object>, 'program' | 'io' | 'ownSide'>): void {
  program
    .command('start')
    .description('run the gateway')
    .option('--json', 'print one JSON value when it is ready; the log goes to standard error')
    .action(async (options: Options) => {
      const result = io.readConfig();
      if (!result.ok) throw new CommandError(describeFaults(result.faults));
      await io.serve(result.config, result.warnings, options);
    });

  program
    .command('migrate')
    .description('bring the database to this version')
    .option('--status', 'only say how every migration stands')
    .addOption(new Option('--applied <name>', 'record that an interrupted migration has happened').conflicts(['rolledBack', 'status']))
    .addOption(new Option('--rolled-back <name>', 'record that an interrupted migration has not happened').conflicts(['status']))
    .option('--json', 'print one JSON value')
    .option('--yes', 'do not ask')
    .action((options: Options & { status?: boolean; applied?: string; rolledBack?: string }) => runMigrate(io, options));

  program
    .command('backup <file>')
    .description('copy an SQLite database into a new file, also while a gateway runs; PostgreSQL has pg_dump')
    .option('--json', 'print one JSON value')
    .action(async (file: string, options: Options) => {
      const backup = await backUp(io, file);
      if (options.json) printJson(io, backup);
      else print(io, `${backup.file} has everything (${backup.bytes} bytes). Keep the secret too, in another place.`);
    });

  const config = program.command('config').description('look at the settings');
  config
    .command('check')
    .description('print the settings in force, secrets masked, or every fault')
    .option('--json', 'print one JSON value')
    .action((options: Options) => checkConfig(io, ownSide, options));
}

async function runMigrate(io: Io, options: Options & { status?: boolean; applied?: string; rolledBack?: string }): Promise<void> {
  const { databaseUrl } = requireConfig(io);
  const { migrate, migrationStatus, resolveMigration } = await import('../database/migrations/migrate');
  if (options.applied !== undefined) {
    await confirm(io, `Record that ${options.applied} has happened?`, options);
    await resolveMigration(databaseUrl, options.applied, 'applied');
  }
  if (options.rolledBack !== undefined) {
    await confirm(io, `Record that ${options.rolledBack} has not happened?`, options);
    await resolveMigration(databaseUrl, options.rolledBack, 'rolled-back');
  }
  if (options.status || options.applied !== undefined || options.rolledBack !== undefined) {
    const status = await migrationStatus(databaseUrl);
    if (options.json) return printJson(io, status);
    return print(io, table([['MIGRATION', 'STATE'], ...status.map(({ name, state }) => [name, state])]));
  }
  const report = await migrate(databaseUrl, ({ name, number, of }) => io.stderr.write(`Applying ${name} (${number} of ${of})\n`));
  if (options.json) return printJson(io, report);
  if (report.mended.length > 0)
    print(io, `Cut off earlier, rolled back, and applied again:\n${report.mended.map((name) => `  ${name}`).join('\n')}`);
  print(
    io,
    report.applied.length === 0 ? 'The database is up to date.' : `Applied:\n${report.applied.map((name) => `  ${name}`).join('\n')}`,
  );
}

async function backUp(io: Io, file: string): Promise<Backup> {
  const { databaseUrl } = requireConfig(io);
  if (providerOf(databaseUrl) === 'postgresql')
    throw new CommandError('PostgreSQL makes its own backups, with pg_dump: see docs/databases.md.');
  io.stderr.write('Copying and examining; the gateway may go on.\n');
  return backUpSqlite(databaseUrl, file);
}

async function checkConfig(io: Io, ownSide: Cli<object>['ownSide'], { json }: Options): Promise<void> {
  const result = io.readConfig();
  if (!result.ok) {
    if (json) printJson(io, { ok: false, faults: result.faults });
    throw new CommandError(describeFaults(result.faults));
  }
  if (result.config.upstreamPolicyFile !== undefined) {
    const { inspectFile } = await import('../upstream/inspect');
    const { PolicyError } = await import('../policy/policy');
    const { faults } = await inspectFile(result.config.upstreamPolicyFile, result.config, ownSide);
    if (faults.length > 0) throw new PolicyError(faults);
  }
  const { settingsInForce, describeSetting } = await import('./settings-in-force');
  const inForce = settingsInForce(result.config, result.values);
  if (json) printJson(io, { ok: true, settings: inForce, warnings: result.warnings });
  else print(io, table(Object.entries(inForce).map(([name, value]) => [name, describeSetting(value)])));
  for (const warning of result.warnings) io.stderr.write(`${warning}\n`);
}
