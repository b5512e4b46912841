import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownMigrations } from '../../../src/database/migrations/files';
import { MigrationError, migrate, migrationStatus, resolveMigration } from '../../../src/database/migrations/migrate';
import { newFolder, runGatehouse, spawnGatehouse } from '../../support/process';
import { runRaw } from '../../support/raw-sql';
import { databaseKinds, emptyDatabase } from '../../support/stage';

describe.each(databaseKinds)('migrating %s', (kind) => {
  const names = knownMigrations(kind);
  const [first = ''] = names;
  let url: string;
  beforeEach(async () => {
    url = await emptyDatabase(kind);
  });

  const query = (sql: string) => runRaw(kind, url, sql);
  const rows = () => query('SELECT * FROM _prisma_migrations ORDER BY migration_name, started_at');
  const hasTable = async (name: string) => {
    const list = kind === 'sqlite' ? 'SELECT name FROM sqlite_master' : 'SELECT tablename AS name FROM pg_tables';
    return (await query(list)).some((table) => table.name === name);
  };
  const gatehouse = (...args: string[]) =>
    runGatehouse(args, newFolder(), { DATABASE_URL: url, AUTH_SECRET: 'q9Zt2mW7xK4pL8sV1nB6cR3yH5jD0fGaUeTi' });
  /** As another tool leaves it when it is cut off: begun, not finished. */
  const leaveUnfinished = async (logs: string | null) => {
    await query(`UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0, logs = ${logs === null ? 'NULL' : `'${logs}'`}
      WHERE migration_name = '${first}'`);
  };

  it('applies what is pending, once, and writes the rows that Prisma writes', async () => {
    expect(await migrate(url)).toEqual({ applied: names, mended: [] });
    expect(await migrate(url)).toEqual({ applied: [], mended: [] });
    const written = await rows();
    expect(written.map((row) => row.migration_name)).toEqual(names);
    for (const row of written) {
      const file = readFileSync(join(__dirname, '../../../prisma', kind, 'migrations', String(row.migration_name), 'migration.sql'));
      expect(row).toMatchObject({
        checksum: createHash('sha256').update(file).digest('hex'),
        rolled_back_at: null,
        logs: null,
        applied_steps_count: 1,
      });
      expect(row.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(row.finished_at).not.toBeNull();
    }
  });

  it('says how every migration stands', async () => {
    const states = async () => Object.fromEntries((await migrationStatus(url)).map(({ name, state }) => [name, state]));
    expect(await states()).toEqual(Object.fromEntries(names.map((name) => [name, 'pending'])));
    await migrate(url);
    expect(await states()).toEqual(Object.fromEntries(names.map((name) => [name, 'applied'])));
    await query(`UPDATE _prisma_migrations SET checksum = '${'0'.repeat(64)}' WHERE migration_name = '${first}'`);
    await query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', '', '29990101000000_later', CURRENT_TIMESTAMP)`,
    );
    expect(await states()).toMatchObject({ [first]: 'changed', '29990101000000_later': 'unknown' });
    await leaveUnfinished(null);
    expect(await states()).toMatchObject({ [first]: 'interrupted' });
  });

  it('mends an interrupted one of ours, which the database had rolled back, and reports it', async () => {
    // As it is after the first row was written: no tables, and the mark in the row.
    await migrationStatus(url); // makes the table of migrations
    await query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('x', '', '${first}', 'gatehouse: in one transaction')`,
    );
    expect(await migrate(url)).toEqual({ applied: names, mended: [first] });
    expect((await rows()).filter((row) => row.rolled_back_at !== null)).toHaveLength(1);
    expect(await migrate(url)).toEqual({ applied: [], mended: [] });
  });

  it('stops at an interrupted one of another tool, with the way to mend it; --applied mends it when its changes are there', async () => {
    await migrate(url);
    await leaveUnfinished(null);
    const stopped = await gatehouse('start');
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(stopped.stderr).toContain(`"gatehouse migrate --applied ${first}"`);
    expect(stopped.stderr).toContain(`"gatehouse migrate --rolled-back ${first}"`);
    expect(await gatehouse('migrate', '--applied', first)).toMatchObject({ code: 0, stderr: '' });
    expect(await migrate(url)).toEqual({ applied: [], mended: [] });
    expect((await migrationStatus(url)).every(({ state }) => state === 'applied')).toBe(true);
  });

  it('applies it anew after --rolled-back', async () => {
    await migrationStatus(url);
    await query(`INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('x', '', '${first}')`);
    await expect(migrate(url)).rejects.toThrow(MigrationError);
    expect(await gatehouse('migrate', '--rolled-back', first)).toMatchObject({ code: 0, stderr: '' });
    const { code, stdout } = await gatehouse('migrate', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, { applied: names, mended: [] }]);
  });

  it('refuses to decide about one that is not interrupted', async () => {
    await migrate(url);
    await expect(resolveMigration(url, first, 'rolled-back')).rejects.toThrow(MigrationError);
    expect(await gatehouse('migrate', '--applied', 'nonsense')).toMatchObject({ code: 1, stdout: '' });
  });

  it('leaves the database as it was when one fails, and applies it once the reason is gone', async () => {
    await query('CREATE TABLE sessions (mine INTEGER)');
    await expect(migrate(url)).rejects.toThrow(`The migration ${first} failed and was rolled back`);
    expect(await hasTable('users')).toBe(false);
    expect(await query('SELECT mine FROM sessions')).toEqual([]);
    expect((await rows()).map((row) => [row.finished_at === null, row.rolled_back_at === null])).toEqual([[true, false]]);
    const told = await gatehouse('migrate');
    expect([told.code, told.stderr]).toEqual([1, expect.stringMatching(/failed and was rolled back.*sessions/s)]);
    await query('DROP TABLE sessions');
    expect(await migrate(url)).toEqual({ applied: names, mended: [] });
  });

  it('has happened or has not, whenever it is killed', async () => {
    for (const afterMs of [120, 200, 280, 360]) {
      url = await emptyDatabase(kind);
      const { child, finished } = spawnGatehouse(['migrate'], newFolder(), {
        DATABASE_URL: url,
        AUTH_SECRET: 'q9Zt2mW7xK4pL8sV1nB6cR3yH5jD0fGaUeTi',
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
      await finished;
      clearTimeout(timer);
      await migrate(url);
      expect((await migrationStatus(url)).every(({ state }) => state === 'applied')).toBe(true);
      expect(await hasTable('sessions')).toBe(true);
    }
  });
});
