import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Connection from 'libsql';
import { migrate } from '../../../src/database/migrations/migrate';
import { sqliteFile } from '../../../src/database/sqlite/connection';
import { runSql } from '../../support/postgresql';
import { emptyDatabase } from '../../support/stage';

const root = join(__dirname, '../../..');
const read = (path: string) => readFileSync(join(root, 'prisma', path), 'utf8');

/** What makes the models' tables in an empty database, by Prisma's own engine (an ES module, so in a process of its own). */
const tablesOf = (provider: string): string =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { diffModels } from './scripts/schema-engine.mjs';
       import { models } from './scripts/prisma-schemas.mjs';
       process.stdout.write(await diffModels('${provider}', null, models()));`,
    ],
    { cwd: root, encoding: 'utf8' },
  );

describe('the models', () => {
  it('are the same for both databases: the schemas differ in the provider of their datasource alone', () => {
    const [sqlite, postgresql] = [read('sqlite/schema.prisma'), read('postgresql/schema.prisma')];
    expect(sqlite).not.toBe(postgresql);
    expect(sqlite.replace('datasource db {\n  provider = "sqlite"', 'datasource db {\n  provider = "postgresql"')).toBe(postgresql);
    expect(sqlite.endsWith(read('models.prisma'))).toBe(true);
  });

  it('have a migration for every change', () => {
    expect(read('models.migrated.prisma')).toBe(read('models.prisma'));
  });
});

describe('the migrations', () => {
  it('lead to the tables of the models on SQLite', async () => {
    const [migrated, modelled] = [await emptyDatabase('sqlite'), await emptyDatabase('sqlite')];
    await migrate(migrated);
    const sqlite = new Connection(sqliteFile(modelled));
    sqlite.exec(tablesOf('sqlite'));
    const expected = describeSqlite(sqlite);
    expect(Object.keys(expected)).toContain('users');
    expect(describeSqlite(new Connection(sqliteFile(migrated)))).toEqual(expected);
    expect(expected.users?.indexes).not.toEqual([]);
  });

  it('lead to the tables of the models on PostgreSQL', async () => {
    const [migrated, modelled] = [await emptyDatabase('postgresql'), await emptyDatabase('postgresql')];
    await migrate(migrated);
    await runSql(modelled, tablesOf('postgresql'));
    const expected = await describePostgresql(modelled);
    expect(expected.columns.length).toBeGreaterThan(20);
    expect(await describePostgresql(migrated)).toEqual(expected);
  });
});

/** Tables by name, with what is in them in an order that does not depend on when a column was added. */
function describeSqlite(sqlite: Connection.Database): Record<string, { columns: unknown[]; indexes: unknown[]; foreignKeys: unknown[] }> {
  const all = (sql: string) => sqlite.prepare(sql).all() as Record<string, string>[];
  const tables = all("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_prisma_migrations'");
  return Object.fromEntries(
    tables.map(({ name = '' }) => [
      name,
      {
        columns: all(`SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_xinfo('${name}') ORDER BY name`),
        indexes: all(`SELECT name, "unique", origin FROM pragma_index_list('${name}') ORDER BY name`).map((index) => ({
          ...index,
          columns: all(`SELECT name FROM pragma_index_info('${index.name}') ORDER BY seqno`),
        })),
        foreignKeys: all(`SELECT "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list('${name}') ORDER BY "from"`),
      },
    ]),
  );
}

async function describePostgresql(url: string): Promise<Record<'columns' | 'indexes' | 'constraints', Record<string, unknown>[]>> {
  const ours = "table_schema = 'public' AND table_name <> '_prisma_migrations'";
  return {
    columns: await runSql(
      url,
      `SELECT table_name, column_name, data_type, datetime_precision, character_maximum_length, is_nullable, column_default
       FROM information_schema.columns WHERE ${ours} ORDER BY table_name, column_name`,
    ),
    indexes: await runSql(
      url,
      "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' ORDER BY indexname",
    ),
    constraints: await runSql(
      url,
      `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid <> COALESCE(to_regclass('_prisma_migrations'), 0) ORDER BY conname`,
    ),
  };
}
