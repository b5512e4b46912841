import {
  isDriverAdapterError,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
  type SqlQueryable,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import { outageReason } from './outage.reason';

/** Called before each statement with its SQL, which never holds a value. */
export type OnQuery = (sql: string) => void;

/**
 * The database is out of reach, full or locked; `cause` says how, and `reason` of what class that is. database.ts makes a Failure of
 * it: a Failure has a `code`, and whatever has a `code` is wrapped by Prisma on its way out.
 */
export class Outage extends Error {
  override readonly name = 'Outage';

  constructor(
    cause: unknown,
    /** One of a closed list, never a value: a label of a metric. */
    readonly reason: string = outageReason(cause),
  ) {
    super('the database cannot serve now', { cause });
  }
}

/**
 * The one place that tells an outage from a defect. It stands between Prisma and the driver, so that queries, raw
 * queries and transactions are all behind it.
 */
export function translateOutages(factory: SqlDriverAdapterFactory, onQuery: OnQuery): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => wrapAdapter(await factory.connect(), onQuery),
  };
}

function wrapAdapter(adapter: SqlDriverAdapter, onQuery: OnQuery): SqlDriverAdapter {
  return {
    ...wrapQueries(adapter, onQuery),
    executeScript: (script) => translated(adapter.executeScript(script)),
    startTransaction: async (level) => wrapTransaction(await translated(adapter.startTransaction(level)), onQuery),
    ...(adapter.getConnectionInfo && { getConnectionInfo: () => adapter.getConnectionInfo?.() ?? { supportsRelationJoins: false } }),
    dispose: () => adapter.dispose(),
  };
}

function wrapTransaction(transaction: Transaction, onQuery: OnQuery): Transaction {
  return {
    ...wrapQueries(transaction, onQuery),
    options: transaction.options,
    commit: () => translated(transaction.commit()),
    rollback: () => transaction.rollback(),
    ...(transaction.createSavepoint && {
      createSavepoint: (name: string) => translated(transaction.createSavepoint?.(name) ?? Promise.resolve()),
    }),
    ...(transaction.rollbackToSavepoint && {
      rollbackToSavepoint: (name: string) => translated(transaction.rollbackToSavepoint?.(name) ?? Promise.resolve()),
    }),
    ...(transaction.releaseSavepoint && {
      releaseSavepoint: (name: string) => translated(transaction.releaseSavepoint?.(name) ?? Promise.resolve()),
    }),
  };
}

function wrapQueries(queryable: SqlQueryable, onQuery: OnQuery): SqlQueryable {
  return {
    provider: queryable.provider,
    adapterName: queryable.adapterName,
    queryRaw: (query) => {
      onQuery(query.sql);
      return translated(queryable.queryRaw(query));
    },
    executeRaw: (query) => {
      onQuery(query.sql);
      return translated(queryable.executeRaw(query));
    },
  };
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isOutage(error) ? new Outage(error) : error;
  }
}

const outageKinds: ReadonlySet<string> = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'TlsConnectionError',
  'TooManyConnections',
  'SocketTimeout',
  'TransactionWriteConflict',
  'TransactionAlreadyClosed',
  'AuthenticationFailed',
  'DatabaseAccessDenied',
  'DatabaseDoesNotExist',
]);

/**
 * SQLSTATE classes (PostgreSQL, appendix A): connection exception, read-only transaction, invalid state after an
 * earlier failure, insufficient resources, object not in state, operator intervention and time-outs, system error.
 */
const outageSqlState = /^(08|25006|25P0|53|55|57|58)/;

/** SQLite's primary result codes: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL. */
const outageSqlite: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 13, 14, 15]);

function isOutage(error: unknown): boolean {
  if (!isDriverAdapterError(error)) return isConnectionError(error);
  const { cause } = error;
  if (cause.kind === 'postgres') return outageSqlState.test(cause.code);
  if (cause.kind === 'sqlite') return outageSqlite.has(cause.extendedCode & 0xff);
  return outageKinds.has(cause.kind);
}

/** The driver's own errors, which have no SQLSTATE: the pool's and the socket's. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, rawCode } = error as NodeJS.ErrnoException & { rawCode?: number };
  if (rawCode !== undefined) return outageSqlite.has(rawCode & 0xff); // at BEGIN and COMMIT the adapter lets SQLite's own error through
  if (code !== undefined) return /^(E[A-Z]+|08|57|53)/.test(code) && !code.startsWith('ERR_');
  return /timeout|terminat|connection|not queryable|pool/i.test(error.message);
}
