import type Connection from 'libsql';
import {
  insertRowSql,
  lockTimeoutMs,
  type MigrationConnection,
  markAppliedSql,
  markRolledBackSql,
  type RawRow,
  readRowsSql,
  toRow,
} from '../migrations/rows';
import { closeSqlite, openSqlite, retryWhileBusy, sqliteFile } from './connection';

/** The lock is an exclusive transaction on a file of its own beside the database: the system frees it with the process. */
export async function openSqliteMigrations(url: string): Promise<MigrationConnection> {
  const lock = (await openSqlite(`file:${encodeURI(`${sqliteFile(url)}.migrate-lock`)}`, lockTimeoutMs, 'DELETE')).sqlite;
  await retryWhileBusy(async () => lock.exec('BEGIN EXCLUSIVE'), lockTimeoutMs);
  const { sqlite } = await openSqlite(url, lockTimeoutMs);
  const run = (script: string) => retryWhileBusy(async () => void sqlite.exec(script), lockTimeoutMs);
  const write = (sql: string, values: readonly unknown[]) =>
    retryWhileBusy(async () => inWriteTransaction(sqlite, () => sqlite.prepare(sql).run(values)), lockTimeoutMs);
  await run(tableOnSqlite);
  return {
    locked: (work) => work(), // from here to the closing
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
