import type { ArgType, SqlDriverAdapter, SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';
import { type AuditEvent, type Mail, type MailToken, Prisma, type Session, type User } from './generated/sqlite/client';
import { Outage } from './outage.adapter';
import type { Provider } from './provider';

/**
 * Statements of our own, past Prisma's client and through its adapter: the same connections, locks, outages and counting. For the
 * few that every log-in and every refresh runs: docs/decisions/017-statements-past-prisma.md.
 */
export interface Statements {
  /** Its rows: each the values in the order of the columns, a moment as text or as milliseconds. @throws {Failure} UNAVAILABLE */
  readonly rows: (sql: Text, ...values: readonly unknown[]) => Promise<readonly (readonly unknown[])[]>;
  /** @returns how many rows it has changed. @throws {Failure} UNAVAILABLE */
  readonly execute: (sql: Text, ...values: readonly unknown[]) => Promise<number>;
}

/** As a tag of a template, whose values are parameters and never text; or a statement that is made already. */
type Text = TemplateStringsArray | Prisma.Sql;

/** The adapters look at the types of texts alone, and leave this one as it is. */
const asItIs: ArgType = { arity: 'scalar', scalarType: 'unknown' };

/** Statements that run on `queryable`: an adapter, or one of its transactions. */
export function statementsOn(queryable: () => Promise<SqlQueryable>, provider: Provider): Statements {
  const toQuery = (text: Text, values: readonly unknown[]) => {
    const sql = text instanceof Prisma.Sql ? text : Prisma.sql(text, ...values);
    const args = sql.values as unknown[];
    return { sql: provider === 'postgresql' ? sql.text : sql.sql, args, argTypes: args.map(() => asItIs) };
  };
  return {
    rows: async (text, ...values) => (await (await queryable()).queryRaw(toQuery(text, values))).rows,
    execute: async (text, ...values) => (await queryable()).executeRaw(toQuery(text, values)),
  };
}

/** Runs `work` in one transaction, which begins nothing more after `timeoutMs`. */
export async function inTransaction<T>(
  adapter: SqlDriverAdapter,
  timeoutMs: number,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  const transaction = await adapter.startTransaction();
  const deadline = performance.now() + timeoutMs;
  const inTime = async (): Promise<SqlQueryable> => {
    if (performance.now() > deadline) throw new Outage(new Error('the transaction took too long'));
    return transaction;
  };
  /** PostgreSQL's adapter leaves these to whoever uses it, and only gives the connection back. */
  const say = async (word: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    if (!transaction.options.usePhantomQuery) await transaction.executeRaw({ sql: word, args: [], argTypes: [] });
  };
  let result: T;
  try {
    result = await work(statementsOn(inTime, adapter.provider === 'postgres' ? 'postgresql' : 'sqlite'));
    await say('COMMIT');
  } catch (error) {
    await say('ROLLBACK').catch(() => {}); // the connection is lost, and the transaction with it
    await transaction.rollback();
    throw error;
  }
  await transaction.commit(); // SQLite's rolls back when it fails: another rollback would meet the next transaction
  return result;
}

/** Inserts a row with all columns of its model: the compiler asks for each. */
export function insertion<Table extends keyof Rows>(table: Table, row: Rows[Table]): Prisma.Sql {
  const columns = Object.keys(row).map((name) => `"${name}"`);
  return Prisma.sql`INSERT INTO ${Prisma.raw(`"${table}"`)} (${Prisma.raw(columns.join(', '))}) VALUES (${Prisma.join(Object.values(row))})`;
}

interface Rows {
  readonly users: User;
  readonly sessions: Session;
  readonly audit_events: AuditEvent;
  readonly mails: Mail;
  readonly mail_tokens: MailToken;
}

/** One adapter for whoever asks for it: Prisma's client and {@link Statements}. */
export interface SharedAdapter extends SqlDriverAdapterFactory {
  /** Closes it, whoever of them has used it, if anybody; once, whoever closes it. */
  readonly close: () => Promise<void>;
}

/** A connection that could not be opened is tried again. */
export function connectingOnce(factory: SqlDriverAdapterFactory): SharedAdapter {
  let connected: Promise<SqlDriverAdapter> | undefined;
  const connect = (): Promise<SqlDriverAdapter> => {
    connected ??= factory.connect().then(disposedOnce, (error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };
  const close = async (): Promise<void> => (await connect()).dispose();
  return { provider: factory.provider, adapterName: factory.adapterName, connect, close };
}

function disposedOnce(adapter: SqlDriverAdapter): SqlDriverAdapter {
  let disposed: Promise<void> | undefined;
  const dispose = (): Promise<void> => {
    disposed ??= adapter.dispose();
    return disposed;
  };
  return { ...adapter, dispose };
}
