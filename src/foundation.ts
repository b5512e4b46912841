import { dirname, resolve } from 'node:path';
import { type Clock, systemClock } from './clock';
import type { Closing } from './closing';
import type { Config } from './config';
import { type Database, openDatabase } from './database/database';
import { connectionsOf } from './database/database.settings';
import { parseDatabaseUrl } from './database/database-url';
import { migrate } from './database/migrations/migrate';
import type { OnQuery } from './database/outage.adapter';
import { sqliteFile } from './database/sqlite/connection';
import type { Logger } from './log';
import { createSecrets, loadOrMakeSecret, type Secrets } from './secrets';
import type { TestClock } from './test-mode/test-clock';

/** What comes in from outside, so that tests can have their own. */
export interface Surroundings {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Called with the SQL of each statement. */
  readonly onQuery?: OnQuery;
}

/** What every feature may stand on. */
export interface Foundation {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The same, in test mode: null without. */
  readonly testClock: TestClock | null;
  readonly secrets: Secrets;
  readonly database: Database;
  /** Without a slash at the end. Asked when it is needed: the port may not be known before. */
  readonly publicUrl: () => string;
}

/** Migrates and opens the database; in test mode, only where that may be. @throws {MigrationError | TestModeError} */
export async function openFoundation(
  config: Config,
  publicUrl: () => string,
  { logger, clock = systemClock, onQuery }: Surroundings,
  closing: Closing,
): Promise<Foundation> {
  const secrets = createSecrets(config.secrets ?? [loadOrMakeSecret(dataDirectory(config))]);
  if (config.testMode) await lookBeforeMigrating(config);
  await applyMigrations(config, logger);
  const database = closing.push(
    await openDatabase(config.databaseUrl, {
      ...(onQuery && { onQuery }),
      leaseMs: config.leaseMs,
      connections: connectionsOf(config),
      onFileReplaced: () => logger.error('another file lies where the database was: nothing is served until the next start'),
    }),
    (open) => open.close(),
  );
  const testClock = config.testMode ? await openForTests(database, clock) : null;
  return { config, logger, clock: testClock ?? clock, testClock, secrets, database, publicUrl };
}

/** A database that is refused stays as it is: it is not even brought to this version. @throws {TestModeError} */
async function lookBeforeMigrating({ databaseUrl }: Config): Promise<void> {
  const { requireForTests } = await import('./test-mode/marker');
  const database = await openDatabase(databaseUrl);
  try {
    await requireForTests(database);
  } finally {
    await database.close();
  }
}

/** @throws {TestModeError} */
async function openForTests(database: Database, clock: Clock): Promise<TestClock> {
  const { claimForTests } = await import('./test-mode/marker');
  const { openTestClock } = await import('./test-mode/test-clock');
  await claimForTests(database);
  return openTestClock(database, clock);
}

/** Secrets that the gateway makes itself lie beside the database file. */
export const dataDirectory = ({ databaseUrl }: Pick<Config, 'databaseUrl'>): string => dirname(resolve(sqliteFile(databaseUrl)));

/** The SQLite file, or the PostgreSQL host and database. */
export function dataLocation({ databaseUrl }: Pick<Config, 'databaseUrl'>): string {
  const parsed = parseDatabaseUrl(databaseUrl);
  return parsed.provider === 'sqlite' ? resolve(parsed.file) : `PostgreSQL, ${parsed.place}`;
}

async function applyMigrations({ databaseUrl }: Config, logger: Logger): Promise<void> {
  const { applied, mended } = await migrate(databaseUrl);
  if (mended.length > 0)
    logger.warn(
      { migrations: mended },
      'an earlier start was cut off in these migrations; they had been rolled back and were applied again',
    );
  if (applied.length > 0) logger.info({ migrations: applied }, 'migrations applied');
}
