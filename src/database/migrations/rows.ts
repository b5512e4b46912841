/** One connection of the migrator. */
export interface MigrationConnection {
  /** Runs `work` while no other process does the same. On PostgreSQL it is one transaction, so that the lock goes with it. */
  readonly locked: <T>(work: () => Promise<T>) => Promise<T>;
  readonly readRows: () => Promise<MigrationTableRow[]>;
  readonly insertRow: (row: { id: string; name: string; checksum: string; logs: string }) => Promise<void>;
  readonly markApplied: (id: string) => Promise<void>;
  readonly markRolledBack: (id: string) => Promise<void>;
  /** Runs a script of any number of statements. */
  readonly run: (script: string) => Promise<void>;
  /** All of `work` happens, or nothing of it; inside of `locked`. */
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
export const lockTimeoutMs = 120_000;

type Placeholder = number | string;
const placeholder = (position: Placeholder): string => (typeof position === 'number' ? `?${position}` : position);

export const readRowsSql =
  'SELECT id, migration_name, checksum, finished_at, rolled_back_at, logs FROM _prisma_migrations ORDER BY started_at';

export const insertRowSql = (...positions: readonly Placeholder[]): string =>
  `INSERT INTO _prisma_migrations (id, migration_name, checksum, logs, started_at) VALUES (${positions.map(placeholder).join(', ')})`;

export const markAppliedSql = (at: Placeholder, id: Placeholder): string =>
  `UPDATE _prisma_migrations SET finished_at = ${placeholder(at)}, applied_steps_count = 1, logs = NULL WHERE id = ${placeholder(id)}`;

export const markRolledBackSql = (at: Placeholder, id: Placeholder): string =>
  `UPDATE _prisma_migrations SET rolled_back_at = ${placeholder(at)} WHERE id = ${placeholder(id)}`;

export interface RawRow {
  readonly id: string;
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: unknown;
  readonly rolled_back_at: unknown;
  readonly logs: string | null;
}

export const toRow = (row: RawRow): MigrationTableRow => ({
  id: row.id,
  name: row.migration_name,
  checksum: row.checksum,
  finished: row.finished_at !== null,
  rolledBack: row.rolled_back_at !== null,
  logs: row.logs,
});
