import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/database/migrations/migrate';
import { type Pooler, startPgBouncer } from './pgbouncer';
import { runSql, startCluster } from './postgresql';
import { type Stage, writeStage } from './stage';

/**
 * Once for the whole run: a PostgreSQL, and one migrated database of each kind that the tests copy. With `TEST_THROUGH_PGBOUNCER=session` every
 * test reaches PostgreSQL through a PgBouncer.
 */
export default async function setup(): Promise<void> {
  const cluster = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const sqliteBase = join(folder, 'base.db');
  await migrate(`file:${sqliteBase}`);
  await runSql(cluster.url('postgres'), 'CREATE DATABASE base');
  await migrate(cluster.url('base'));
  const pooler = await startAskedPooler(cluster.url('postgres'));
  const postgresqlUrl = pooler === null ? cluster.url('NAME') : pooler.url.replace(/\/postgres$/, '/NAME');
  const stage: Stage = { folder, sqliteBase, postgresqlUrl, postgresqlProcessId: cluster.processId };
  writeStage(stage);
  (globalThis as { stopStage?: () => Promise<void> }).stopStage = async () => {
    await pooler?.stop();
    await cluster.stop();
  };
}

async function startAskedPooler(databaseUrl: string): Promise<Pooler | null> {
  const mode = process.env.TEST_THROUGH_PGBOUNCER;
  if (mode !== 'session' && mode !== 'transaction') return null;
  return startPgBouncer(databaseUrl, { mode, poolSize: 40 });
}
