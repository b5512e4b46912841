import type Connection from 'libsql';
import { providerOf } from '../provider';
import { closeSqlite, openSqlite, retryWhileBusy, sqliteFile } from '../sqlite/connection';

/** One connection, which holds the migration lock from opening to closing. */
export interface MigrationConnection {
  readonly readRows: () => Promise<MigrationTableRow[]>;
  readonly insertRow: (row: { id: string; name: string; checksum: string; logs: string }) => Promise<void>;
  readonly markApplied: (id: string) => Promise<void>;
  readonly markRolledBack: (id: string) => Promise<void>;
  /** Runs a script of any number of statements. */
  readonly run: (script: string) => Promise<void>;
  readonly inTransaction: (work: () => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface MigrationTableRow {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly rolledBack: boolean;
  readonly logs: string | null;
}

/** How long a start waits for another one that is migrating, in milliseconds. */
const lockTimeoutMs = 120_000;

/** The number that Prisma's own migrate locks (`pg_advisory_lock`), so that the two exclude each other. */
const advisoryLock = 72_707_369;

export const openMigrationConnection = (url: string): Promise<MigrationConnection> =>
  providerOf(url) === 'sqlite' ? openOnSqlite(url) : openOnPostgresql(url);

/** The lock is an exclusive transaction on a file of its own beside the database: the system frees it with the process. */
async function openOnSqlite(url: string): Promise<MigrationConnection> {
  const lock = (await openSqlite(`file:${encodeURI(`${sqliteFile(url)}.migrate-lock`)}`, lockTimeoutMs, 'DELETE')).sqlite;
  await retryWhileBusy(async () => lock.exec('BEGIN EXCLUSIVE'), lockTimeoutMs);
  const { sqlite } = await openSqlite(url, lockTimeoutMs);
  const run = (script: string) => retryWhileBusy(async () => void sqlite.exec(script), lockTimeoutMs);
  const write = (sql: string, values: readonly unknown[]) =>
    retryWhileBusy(async () => inWriteTransaction(sqlite, () => sqlite.prepare(sql).run(values)), lockTimeoutMs);
  await run(tableOnSqlite);
  return {
    run,
    readRows: async () => (sqlite.prepare(readRowsSql).all() as RawRow[]).map(toRow),
    insertRow: ({ id, name, checksum, logs }) => write(insertRowSql(1, 2, 3, 4, 5), [id, name, checksum, logs, Date.now()]),
    markApplied: (id) => write(markAppliedSql(1, 2), [Date.now(), id]),
    markRolledBack: (id) => write(markRolledBackSql(1, 2), [Date.now(), id]),
    inTransaction: (work) => inSqliteTransaction(sqlite, run, work),
    close: async () => {
      closeSqlite(sqlite);
      lock.exec('ROLLBACK'); // closing alone frees the lock only when the statements of this connection are collected
      lock.close();
    },
  };
}

/** A transaction of its own, if there is none: what a statement of libsql's leaves behind that met a lock is said in the adapter. */
function inWriteTransaction(sqlite: Connection.Database, work: () => unknown): void {
  if (sqlite.inTransaction) return void work();
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    work();
    sqlite.exec('COMMIT');
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** Foreign keys are off meanwhile, or a table that is made anew would take the rows that point to it along; they are checked before the end. */
async function inSqliteTransaction(
  sqlite: Connection.Database,
  run: (script: string) => Promise<void>,
  work: () => Promise<void>,
): Promise<void> {
  await run('PRAGMA foreign_keys=OFF');
  try {
    await run('BEGIN IMMEDIATE');
    await work();
    if (sqlite.prepare('PRAGMA foreign_key_check').all().length > 0) throw new Error('a foreign key points nowhere');
    await run('COMMIT');
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK');
    throw error;
  } finally {
    await run('PRAGMA foreign_keys=ON');
  }
}

async function openOnPostgresql(url: string): Promise<MigrationConnection> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: url, application_name: 'gatehouse migrate', connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]); // freed with the connection
    await client.query(tableOnPostgresql);
  } catch (error) {
    await client.end();
    throw error;
  }
  const write = async (sql: string, values: readonly unknown[]) => void (await client.query(sql, [...values]));
  const run = async (script: string) => void (await client.query(script));
  return {
    run,
    readRows: async () => (await client.query<RawRow>(readRowsSql)).rows.map(toRow),
    insertRow: ({ id, name, checksum, logs }) => write(insertRowSql('$1', '$2', '$3', '$4', '$5'), [id, name, checksum, logs, new Date()]),
    markApplied: (id) => write(markAppliedSql('$1', '$2'), [new Date(), id]),
    markRolledBack: (id) => write(markRolledBackSql('$1', '$2'), [new Date(), id]),
    inTransaction: async (work) => {
      await run('BEGIN');
      try {
        await work();
        await run('COMMIT');
      } catch (error) {
        await run('ROLLBACK');
        throw error;
      }
    },
    close: () => client.end(),
  };
}

type Placeholder = number | string;
const placeholder = (position: Placeholder): string => (typeof position === 'number' ? `?${position}` : position);

const readRowsSql = 'SELECT id, migration_name, checksum, finished_at, rolled_back_at, logs FROM _prisma_migrations ORDER BY started_at';

const insertRowSql = (...positions: readonly Placeholder[]): string =>
  `INSERT INTO _prisma_migrations (id, migration_name, checksum, logs, started_at) VALUES (${positions.map(placeholder).join(', ')})`;

const markAppliedSql = (at: Placeholder, id: Placeholder): string =>
  `UPDATE _prisma_migrations SET finished_at = ${placeholder(at)}, applied_steps_count = 1, logs = NULL WHERE id = ${placeholder(id)}`;

const markRolledBackSql = (at: Placeholder, id: Placeholder): string =>
  `UPDATE _prisma_migrations SET rolled_back_at = ${placeholder(at)} WHERE id = ${placeholder(id)}`;

interface RawRow {
  readonly id: string;
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: unknown;
  readonly rolled_back_at: unknown;
  readonly logs: string | null;
}

const toRow = (row: RawRow): MigrationTableRow => ({
  id: row.id,
  name: row.migration_name,
  checksum: row.checksum,
  finished: row.finished_at !== null,
  rolledBack: row.rolled_back_at !== null,
  logs: row.logs,
});

/** As Prisma's engine makes it. */
const tableOnSqlite = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "checksum" TEXT NOT NULL,
  "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL,
  "logs" TEXT,
  "rolled_back_at" DATETIME,
  "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

const tableOnPostgresql = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;
