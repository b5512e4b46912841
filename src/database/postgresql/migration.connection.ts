import { Client } from 'pg';
import { parsePostgresqlUrl } from '../database-url';
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
import { requireSuitable } from './suitable';

/** The number that Prisma's own migrate locks (`pg_advisory_lock`), so that the two exclude each other. */
const advisoryLock = 72_707_369;

/** A migrator that was stopped in the middle of its transaction lets go of the lock. */
const idleTimeoutMs = 60_000;

/**
 * The lock belongs to a transaction (`pg_advisory_xact_lock`) and not to the connection: behind a pooler a connection outlives the
 * process, and its lock would (goauthentik/authentik#23876). For the same reason nothing is SET for longer than the transaction.
 * @throws {UnsuitableDatabaseError}, and the driver's errors
 */
export async function openPostgresqlMigrations(url: string): Promise<MigrationConnection> {
  const { connectionString, schema } = parsePostgresqlUrl(url);
  const client = new Client({ connectionString, application_name: 'gatehouse migrate', connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a lost line is what the next query says
  await client.connect();
  try {
    if (schema !== undefined) await makeSchema(client, schema);
    await requireSuitable(client, schema);
  } catch (error) {
    await client.end();
    throw error;
  }
  const write = async (sql: string, values: readonly unknown[]) => void (await client.query(sql, [...values]));
  const run = async (script: string) => void (await client.query(script));
  const between = async <T>(begin: string, end: string, undo: string, work: () => Promise<T>): Promise<T> => {
    await run(begin);
    try {
      const result = await work();
      await run(end);
      return result;
    } catch (error) {
      await run(undo).catch(() => {}); // the line is lost, and the transaction with it
      throw error;
    }
  };
  return {
    locked: (work) =>
      between('BEGIN', 'COMMIT', 'ROLLBACK', async () => {
        await run(`SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL statement_timeout = 0;
          SET LOCAL idle_in_transaction_session_timeout = ${idleTimeoutMs}`);
        await write('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
        await run(table);
        return work();
      }),
    run,
    readRows: async () => (await client.query<RawRow>(readRowsSql)).rows.map(toRow),
    insertRow: ({ id, name, checksum, logs }) => write(insertRowSql('$1', '$2', '$3', '$4', '$5'), [id, name, checksum, logs, new Date()]),
    markApplied: (id) => write(markAppliedSql('$1', '$2'), [new Date(), id]),
    markRolledBack: (id) => write(markRolledBackSql('$1', '$2'), [new Date(), id]),
    inTransaction: (work) => between('SAVEPOINT migration', 'RELEASE SAVEPOINT migration', 'ROLLBACK TO SAVEPOINT migration', work),
    close: () => client.end(),
  };
}

/** As `prisma migrate` does. A role that may not make one may use one that is there. */
async function makeSchema(client: Client, schema: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`);
}

/** As Prisma's engine makes it. */
const table = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;
