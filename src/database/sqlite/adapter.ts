import { PrismaLibSql } from '@prisma/adapter-libsql';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { closeSqlite, retryWhileBusy, type SqliteConnection } from './connection';
import { createStatements, type Statement, type StatementResult } from './statements';

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

function createClient({ sqlite, busyTimeoutMs, commit: commitAside }: SqliteConnection) {
  const runPrepared = createStatements(sqlite);
  const run = (statement: Statement): StatementResult => translatingErrors(() => runPrepared(statement));
  const rollBack = () => rollBackOn(sqlite);
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

function rollBackOn(sqlite: SqliteConnection['sqlite']): void {
  try {
    sqlite.exec('ROLLBACK');
  } catch {
    // SQLite has done it already, or the connection is closed. To ask first is worse: on a closed one libsql ends the process.
  }
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
