import { randomUUID } from 'node:crypto';
import { providerOf } from '../provider';
import { openSqliteMigrations } from '../sqlite/migration.connection';
import { type MigrationFile, readMigrations } from './files';
import type { MigrationConnection, MigrationTableRow } from './rows';

/**
 * Applies the `migration.sql` files of `prisma/<provider>/migrations`, in Prisma's own format and table, so that
 * `prisma migrate` understands the database. It needs no engine and no download.
 *
 * Every migration runs in one transaction, together with its mark of completion: killed at any moment, it has
 * happened or it has not. A lock that dies with its process lets any number of nodes start at once.
 */
export interface MigrationReport {
  readonly applied: readonly string[];
  /** Interrupted ones of an earlier start, which the database had rolled back: marked so, and applied again. */
  readonly mended: readonly string[];
}

export type MigrationState = 'applied' | 'pending' | 'interrupted' | 'changed' | 'unknown';

/** A database that cannot be migrated without somebody's decision. The message says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Before each migration: which it is, and how many this run applies. */
export type OnMigration = (progress: { readonly name: string; readonly number: number; readonly of: number }) => void;

/**
 * Applies what is pending, each migration under the lock by itself. Waits while another process does the same.
 * @throws {MigrationError | UnsuitableDatabaseError}, and the driver's errors
 */
export async function migrate(url: string, onMigration: OnMigration = () => undefined): Promise<MigrationReport> {
  const files = readMigrations(providerOf(url));
  const applied: string[] = [];
  const mended: string[] = [];
  const applyNext = async (connection: MigrationConnection): Promise<MigrationError | 'applied' | 'none is left'> => {
    const rows = await connection.readRows();
    const interrupted = await mendInterrupted(connection, rows);
    mended.push(...interrupted);
    refuseUnfinished(rows.filter((row) => !interrupted.includes(row.name)));
    const done = new Set(rows.filter(isApplied).map(({ name }) => name));
    const [file, ...later] = files.filter(({ name }) => !done.has(name));
    if (file === undefined) return 'none is left';
    onMigration({ name: file.name, number: applied.length + 1, of: applied.length + 1 + later.length });
    const error = await apply(connection, file);
    applied.push(file.name);
    return error ?? 'applied';
  };
  return withConnection(url, async (connection) => {
    for (;;) {
      const outcome = await connection.locked(() => applyNext(connection));
      if (outcome instanceof MigrationError) throw outcome; // thrown in there, it would take along the mark that it was rolled back
      if (outcome === 'none is left') return { applied, mended };
    }
  });
}

/** Every known migration and how it stands, oldest first. */
export async function migrationStatus(url: string): Promise<{ readonly name: string; readonly state: MigrationState }[]> {
  return withConnection(url, async (connection) => {
    const files = readMigrations(providerOf(url));
    const rows = (await connection.locked(connection.readRows)).filter((row) => !row.rolledBack);
    const names = [...new Set([...files, ...rows].map(({ name }) => name))].sort();
    return names.map((name) => {
      const file = files.find((candidate) => candidate.name === name);
      const row = rows.find((candidate) => candidate.name === name);
      return { name, state: stateOf(file, row) };
    });
  });
}

/** Records an operator's decision on an interrupted migration of another tool. @throws {MigrationError} */
export async function resolveMigration(url: string, name: string, as: 'applied' | 'rolled-back'): Promise<void> {
  await withConnection(url, (connection) =>
    connection.locked(async () => {
      const rows = (await connection.readRows()).filter((row) => row.name === name && isUnfinished(row));
      if (rows.length === 0) throw new MigrationError(`No interrupted migration has the name ${name}.`);
      for (const row of rows) await (as === 'applied' ? connection.markApplied(row.id) : connection.markRolledBack(row.id));
    }),
  );
}

const isApplied = (row: MigrationTableRow): boolean => row.finished && !row.rolledBack;
const isUnfinished = (row: MigrationTableRow): boolean => !row.finished && !row.rolledBack;

/** Written into `logs` while one of ours runs: it tells that the database rolled it back when it was cut off. */
const inOneTransaction = 'gatehouse: in one transaction';

/** @returns why it was rolled back, or null */
async function apply(connection: MigrationConnection, { name, sql, checksum }: MigrationFile): Promise<MigrationError | null> {
  const id = randomUUID();
  await connection.insertRow({ id, name, checksum, logs: inOneTransaction });
  try {
    await connection.inTransaction(async () => {
      await connection.run(sql);
      await connection.markApplied(id);
    });
    return null;
  } catch (error) {
    await connection.markRolledBack(id);
    return new MigrationError(`The migration ${name} failed and was rolled back; the database is as it was before.`, { cause: error });
  }
}

async function mendInterrupted(connection: MigrationConnection, rows: readonly MigrationTableRow[]): Promise<string[]> {
  const interrupted = rows.filter((row) => isUnfinished(row) && row.logs === inOneTransaction);
  for (const { id } of interrupted) await connection.markRolledBack(id);
  return interrupted.map(({ name }) => name);
}

function refuseUnfinished(rows: readonly MigrationTableRow[]): void {
  const name = rows.find(isUnfinished)?.name;
  if (name === undefined) return;
  throw new MigrationError(
    `The migration ${name} was begun by another tool and did not finish. Look at the database: if its changes are all there, run ` +
      `"gatehouse migrate --applied ${name}"; if none is there (undo those that are), run "gatehouse migrate --rolled-back ${name}". Then start again.`,
  );
}

function stateOf(file: MigrationFile | undefined, row: MigrationTableRow | undefined): MigrationState {
  if (row === undefined) return 'pending';
  if (!row.finished) return 'interrupted';
  if (file === undefined) return 'unknown';
  return file.checksum === row.checksum ? 'applied' : 'changed';
}

async function withConnection<T>(url: string, work: (connection: MigrationConnection) => Promise<T>): Promise<T> {
  const connection = await open(url);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

/** The driver of PostgreSQL is loaded here alone: SQLite does without it. */
async function open(url: string): Promise<MigrationConnection> {
  if (providerOf(url) === 'sqlite') return openSqliteMigrations(url);
  const { openPostgresqlMigrations } = await import('../postgresql/migration.connection');
  return openPostgresqlMigrations(url);
}
