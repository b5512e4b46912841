import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../src/database/migrations/migrate';
import { runSql, startCluster } from './postgresql';
import { type Stage, writeStage } from './stage';

/** Once for the whole run: a PostgreSQL, and one migrated database of each kind that the tests copy. */
export default async function setup(): Promise<void> {
  const cluster = await startCluster();
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const sqliteBase = join(folder, 'base.db');
  await migrate(`file:${sqliteBase}`);
  await runSql(cluster.url('postgres'), 'CREATE DATABASE base');
  await migrate(cluster.url('base'));
  const stage: Stage = { folder, sqliteBase, postgresqlUrl: cluster.url('NAME'), postgresqlProcessId: cluster.processId };
  writeStage(stage);
  (globalThis as { stopStage?: () => Promise<void> }).stopStage = async () => cluster.stop();
}
