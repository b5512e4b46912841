import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import Connection from 'libsql';
import PromisingConnection from 'libsql/promise';
import { createStatements, type Statement, type StatementResult } from './sqlite.statements';

/**
 * SQLite for Prisma over one libsql connection.
 *
 * `PrismaLibSql` opens a connection a transaction: it leaks file descriptors, never waits for a lock, and a
 * failed COMMIT poisons it (prisma/orm#29933, #30028). Here there is one connection, in WAL with every commit
 * flushed to disk; the adapter's own mutex keeps other requests out of an open transaction; and waiting for a
 * lock of another process happens outside that mutex and off the event loop, so that reads go on meanwhile.
 */
export class SqliteAdapter extends PrismaLibSql {
  constructor(private readonly connection: SqliteConnection) {
    super({ url: 'file:' });
  }

  override createClient(): ReturnType<PrismaLibSql['createClient']> {
    // The adapter calls execute, executeMultiple, transaction and close, and nothing else of libsql's client.
    return createClient(this.connection) as unknown as ReturnType<PrismaLibSql['createClient']>;
  }

  override async connect(): Promise<SqlDriverAdapter> {
    return waitWhenBusy(await super.connect(), this.connection.busyTimeoutMs);
  }
}

export interface SqliteConnection {
  readonly sqlite: Connection.Database;
  /** How long a statement waits for a lock that another process holds, in milliseconds. */
  readonly busyTimeoutMs: number;
  /**
   * COMMIT on a thread of libsql's: it flushes to disk, and a slow disk holds up whoever waits for the commit and nobody else. The adapter's mutex
   * is held meanwhile.
   */
  readonly commit: () => Promise<void>;
  /** Never fails. Until it is done, whoever asks the connection anything would wait for the disk on the thread that answers requests. */
  readonly commitUnderWay: () => Promise<void> | undefined;
}

/** Opens (and makes, with mode 0600) the file, in WAL with full durability. Waits while another start does the same. */
export async function openSqlite(url: string, busyTimeoutMs: number, journalMode: 'WAL' | 'DELETE' = 'WAL'): Promise<SqliteConnection> {
  const file = sqliteFile(url);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  makeFile(file);
  const sqlite = new Connection(file);
  await retryWhileBusy(() => runPragmas(sqlite, journalMode), busyTimeoutMs);
  let underWay: Promise<void> | undefined;
  const commit = async (): Promise<void> => {
    const committed = PromisingConnection.prototype.exec.call(sqlite, 'COMMIT');
    const isOver = () => {
      underWay = undefined;
    };
    underWay = committed.then(isOver, isOver);
    await committed;
  };
  return { sqlite, busyTimeoutMs, commit, commitUnderWay: () => underWay };
}

/**
 * Makes the file with mode 0600, which SQLite gives its -wal and -shm files too. One that is there is not touched: closing
 * any descriptor of it would drop the locks that SQLite holds in this process (POSIX), and then another process that
 * closes the database takes itself for the last one and deletes the -wal file under us.
 */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Closes, with everything in the one file: libsql keeps the connection open until its statements are collected, so the
 * -wal file stays, and whoever copies the file alone would miss what is in there.
 */
export function closeSqlite(sqlite: Connection.Database): void {
  try {
    sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  } catch {
    // Another process is reading, or the disk is full: nothing is lost, the next one to open reads the -wal file.
  }
  sqlite.close();
}

/** The path in a `file:` URL, without its query. */
export const sqliteFile = (url: string): string => decodeURI(url.replace(/^file:(\/\/(?=\/))?/, '').replace(/\?.*$/, ''));

async function runPragmas(sqlite: Connection.Database, journalMode: string): Promise<void> {
  for (const pragma of ['busy_timeout=0', `journal_mode=${journalMode}`, 'synchronous=FULL', 'foreign_keys=ON'])
    sqlite.prepare(`PRAGMA ${pragma}`).all();
}

function createClient({ sqlite, busyTimeoutMs, commit: commitAside }: SqliteConnection) {
  const runPrepared = createStatements(sqlite);
  const run = (statement: Statement): StatementResult => translatingErrors(() => runPrepared(statement));
  const rollBack = () => {
    try {
      sqlite.exec('ROLLBACK');
    } catch {
      // SQLite has done it already, or the connection is closed. To ask first is worse: on a closed one libsql ends the process.
    }
  };
  const commit = async () => {
    try {
      await retryWhileBusy(() => commitAside().catch(rethrowTranslated), busyTimeoutMs);
    } catch (error) {
      rollBack();
      throw error;
    }
  };
  const executeMultiple = async (script: string) => {
    try {
      translatingErrors(() => sqlite.exec(script));
    } finally {
      rollBack();
    }
  };
  const transaction = async () => {
    translatingErrors(() => sqlite.exec('BEGIN IMMEDIATE')); // deferred, a transaction that reads first can fail at its first write
    let ending: Promise<void> | undefined;
    const executeInside = async (statement: Statement) => {
      if (ending !== undefined) throw new Error('the transaction is over'); // it would be in somebody else's, or in none
      return run(statement);
    };
    const commitOnce = () => {
      ending ??= commit();
      return ending;
    };
    /** Who gives up while the commit is under way waits for it: nobody else may begin before. */
    const rollbackOnce = async () => {
      ending ??= (async () => rollBack())();
      await ending.catch(() => {});
    };
    return { execute: executeInside, executeMultiple, commit: commitOnce, rollback: rollbackOnce };
  };
  /**
   * A write by itself has a transaction of its own, begun by `exec`. libsql does not reset a prepared statement that met a lock: it stays in progress until it
   * is collected, and no COMMIT on the connection succeeds meanwhile. `exec` finalizes what it ran, and in WAL nothing after BEGIN IMMEDIATE can meet a lock.
   */
  const execute = async (statement: Statement) => {
    if (!writes.test(statement.sql)) return run(statement);
    const own = await transaction();
    try {
      const result = await own.execute(statement);
      await own.commit();
      return result;
    } catch (error) {
      await own.rollback();
      throw error;
    }
  };
  return { execute, executeMultiple, transaction, close: () => closeSqlite(sqlite) };
}

const writes = /^\s*(INSERT|UPDATE|DELETE|REPLACE)\b|^\s*WITH\b.*\b(INSERT|UPDATE|DELETE|REPLACE)\b/is;

function translatingErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrowTranslated(error);
  }
}

/** The adapter tells what went wrong by `rawCode`, SQLite's extended result code. */
function rethrowTranslated(error: unknown): never {
  const { code, rawCode, message } = error as { code?: string; rawCode?: number; message: string };
  if (code === undefined) throw error;
  throw Object.assign(new Error(message, { cause: error }), { code, rawCode: rawCode ?? Number.NaN });
}

const sqliteBusy = 5;
const sqliteLocked = 6;

function isBusy(error: unknown): boolean {
  if (error instanceof DriverAdapterError) return error.cause.kind === 'SocketTimeout';
  const { rawCode } = error as { rawCode?: number };
  return rawCode !== undefined && [sqliteBusy, sqliteLocked].includes(rawCode & 0xff);
}

/** Tries until it is not SQLITE_BUSY, or the time is up: then the last error goes through. */
export async function retryWhileBusy<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 25)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
    await sleep(pauseMs);
  }
}

function waitWhenBusy(adapter: SqlDriverAdapter, timeoutMs: number): SqlDriverAdapter {
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    queryRaw: (query) => retryWhileBusy(() => adapter.queryRaw(query), timeoutMs),
    executeRaw: (query) => retryWhileBusy(() => adapter.executeRaw(query), timeoutMs),
    executeScript: (script) => retryWhileBusy(() => adapter.executeScript(script), timeoutMs),
    startTransaction: (level) => retryWhileBusy(() => adapter.startTransaction(level), timeoutMs),
    dispose: () => adapter.dispose(),
  };
}
