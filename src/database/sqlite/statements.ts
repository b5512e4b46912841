import type Connection from 'libsql';
import { LRUCache } from 'lru-cache';

/** A statement's text with its values, as the adapter hands it over. */
export interface Statement {
  readonly sql: string;
  readonly args?: readonly unknown[];
}

/** What the adapter reads of a result. */
export interface StatementResult {
  readonly columns: readonly string[];
  /** As the table declares them; empty for an expression. */
  readonly columnTypes: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly rowsAffected: number;
}

/** Prisma makes the same text of the same kind of query; lists of other lengths are other texts. */
const maxPrepared = 200;

interface Prepared {
  readonly statement: Connection.Statement;
  /** Null: it gives no rows. */
  readonly columns: Pick<StatementResult, 'columns' | 'columnTypes'> | null;
}

/**
 * Runs statements on one connection, and keeps them prepared: to prepare one costs more than to run it, and each that is thrown away
 * waits for the next full collection. SQLite itself prepares again when another process has migrated.
 *
 * One that failed is not used again: libsql does not reset a statement that met a lock.
 */
export function createStatements(sqlite: Connection.Database): (statement: Statement) => StatementResult {
  const known = new LRUCache<string, Prepared>({ max: maxPrepared });
  return ({ sql, args = [] }) => {
    const prepared = known.get(sql) ?? prepare(sqlite, sql);
    known.delete(sql);
    const result = run(prepared, args.map(toSqlite));
    known.set(sql, prepared);
    return result;
  };
}

function run({ statement, columns }: Prepared, values: readonly unknown[]): StatementResult {
  if (columns === null) return { columns: [], columnTypes: [], rows: [], rowsAffected: statement.run(values).changes };
  const rows = statement.all(values) as unknown[][];
  return { ...columns, rows: rows.map((row) => row.map(fromSqlite)), rowsAffected: 0 };
}

function prepare(sqlite: Connection.Database, sql: string): Prepared {
  const statement = sqlite.prepare(sql);
  statement.safeIntegers(true);
  if (!returnsRows(statement)) return { statement, columns: null };
  const columns = statement.columns();
  return { statement, columns: { columns: columns.map(({ name }) => name), columnTypes: columns.map(({ type }) => type ?? '') } };
}

/** libsql refuses raw mode for a statement without columns; its own `reader` is false for INSERT … RETURNING. */
function returnsRows(statement: { raw: (on: boolean) => unknown }): boolean {
  try {
    statement.raw(true);
    return true;
  } catch {
    return false;
  }
}

function toSqlite(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array && !Buffer.isBuffer(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

function fromSqlite(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Buffer.isBuffer(value)) return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength);
  return value;
}
