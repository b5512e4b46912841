import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSql } from './postgresql';

export type DatabaseKind = 'sqlite' | 'postgresql';
export const databaseKinds: readonly DatabaseKind[] = ['sqlite', 'postgresql'];

/** What the whole run shares. */
export interface Stage {
  /** A folder for whatever a test writes. */
  readonly folder: string;
  readonly sqliteBase: string;
  /** With NAME for the database. */
  readonly postgresqlUrl: string;
  readonly postgresqlProcessId: number;
}

const variable = 'GATEHOUSE_TEST_STAGE';

export const writeStage = (stage: Stage): void => {
  process.env[variable] = JSON.stringify(stage);
};

export const readStage = (): Stage => JSON.parse(process.env[variable] ?? '') as Stage;

/** A fresh copy of the migrated database: its URL. */
export async function copyDatabase(kind: DatabaseKind): Promise<string> {
  const { folder, sqliteBase } = readStage();
  const name = `test_${randomBytes(8).toString('hex')}`;
  if (kind === 'postgresql') return createPostgresql(name, 'base');
  const file = join(folder, `${name}.db`);
  copyFileSync(sqliteBase, file);
  return `file:${file}`;
}

/** A database with nothing in it: its URL. */
export async function emptyDatabase(kind: DatabaseKind): Promise<string> {
  const name = `empty_${randomBytes(8).toString('hex')}`;
  return kind === 'postgresql' ? createPostgresql(name, 'template0') : `file:${join(readStage().folder, `${name}.db`)}`;
}

async function createPostgresql(name: string, template: string): Promise<string> {
  const { postgresqlUrl } = readStage();
  await runSql(postgresqlUrl.replace('NAME', 'postgres'), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  return postgresqlUrl.replace('NAME', name);
}
