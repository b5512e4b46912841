import { isDriverAdapterError } from '@prisma/driver-adapter-utils';

/** SQLite's primary result codes that an outage has: https://www.sqlite.org/rescode.html */
const sqliteNames: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
};

/** Of the system, as Node names its errors. */
const systemErrors: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
  ...['ENOENT', 'EACCES', 'EMFILE', 'ENFILE', 'ENOSPC', 'EROFS', 'EIO'],
]);

/** Of PostgreSQL (appendix A) those that say more than their class. */
const sqlStates: ReadonlySet<string> = new Set([
  ...['08006', '08P01', '25006', '25P03', '28000', '28P01', '3D000', '40001', '40P01', '53100', '53200', '53300'],
  ...['55P03', '57014', '57P01', '57P02', '57P03', '57P05', '58030'],
]);

/** What the pool and the driver say in words alone. */
const inWords: readonly (readonly [RegExp, string])[] = [
  [/timeout exceeded when trying to connect/, 'POOL_TIMEOUT'],
  [/connection timeout/i, 'CONNECT_TIMEOUT'],
  [/query read timeout/i, 'QUERY_TIMEOUT'],
  [/took too long/, 'TRANSACTION_TIMEOUT'],
  [/terminat|closed|not queryable|connection/i, 'CONNECTION_LOST'],
];

const adapterKinds: Readonly<Record<string, string>> = {
  DatabaseNotReachable: 'ECONNREFUSED',
  ConnectionClosed: 'ECONNRESET',
  SocketTimeout: 'ETIMEDOUT',
  TlsConnectionError: 'TLS',
  TransactionAlreadyClosed: 'TRANSACTION_TIMEOUT',
};

/** Of what class an outage is: SQLite's result code, an SQLSTATE, a system error, or a word. Of a closed list, and never a value. */
export function outageReason(error: unknown): string {
  if (isDriverAdapterError(error)) {
    const { cause } = error;
    if (cause.kind === 'sqlite') return ofSqlite(cause.extendedCode);
    if (cause.kind === 'postgres') return ofSqlState(cause.code);
    const { originalCode } = cause;
    if (originalCode !== undefined) return /^\d{1,4}$/.test(originalCode) ? ofSqlite(Number(originalCode)) : ofSqlState(originalCode);
    return adapterKinds[cause.kind] ?? 'OTHER';
  }
  if (!(error instanceof Error)) return 'OTHER';
  const { code, rawCode, message } = error as Error & { readonly code?: unknown; readonly rawCode?: unknown };
  if (typeof rawCode === 'number') return ofSqlite(rawCode);
  if (code === 'P2028') return 'TRANSACTION_TIMEOUT';
  if (code === 'P2034') return '40001';
  if (typeof code !== 'string') return inWords.find(([words]) => words.test(message))?.[1] ?? 'OTHER';
  return systemErrors.has(code) ? code : ofSqlState(code);
}

const ofSqlite = (extendedCode: number): string => sqliteNames[extendedCode & 0xff] ?? 'SQLITE_ERROR';

/** The class of one that is not worth a label of its own ends in 000, as the class itself does. */
const ofSqlState = (code: string): string =>
  sqlStates.has(code) ? code : /^(08|25|28|40|53|55|57|58|XX)[0-9A-Z]{3}$/.test(code) ? `${code.slice(0, 2)}000` : 'OTHER';
