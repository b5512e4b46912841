import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import Connection from 'libsql';
import PromisingConnection from 'libsql/promise';
import { DatabaseUrlError, parseDatabaseUrl } from '../database-url';

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

/** The path in a `file:` URL, without its query. @throws {DatabaseUrlError} */
export function sqliteFile(url: string): string {
  const parsed = parseDatabaseUrl(url);
  if (parsed.provider !== 'sqlite') throw new DatabaseUrlError('must begin with file:');
  return parsed.file;
}

async function runPragmas(sqlite: Connection.Database, journalMode: string): Promise<void> {
  for (const pragma of ['busy_timeout=0', `journal_mode=${journalMode}`, 'synchronous=FULL', 'foreign_keys=ON'])
    sqlite.prepare(`PRAGMA ${pragma}`).all();
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
