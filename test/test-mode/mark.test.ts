// Section R of the design: R8, which databases test mode may touch.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { knownMigrations } from '../../src/database/migrations/files';
import { runCommand } from '../support/command';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { runRaw } from '../support/raw-sql';
import { databaseKinds, emptyDatabase } from '../support/stage';
import { ask, testMode } from '../support/test-mode';
import { until } from '../support/until';

const opened = new Set<House>();
const open = async (...how: Parameters<typeof openHouse>): Promise<House> => {
  const house = await openHouse(...how);
  opened.add(house);
  return house;
};
const close = async (house: House): Promise<void> => {
  opened.delete(house);
  await house.close();
};
afterEach(async () => {
  for (const house of [...opened].reverse()) await close(house);
});

const users = 'users who were not made in test mode';
const served = 'a gateway without test mode has served the database';

describe.each(databaseKinds)('R8 on %s', (kind) => {
  const run = (url: string, sql: string) => runRaw(kind, url, sql);
  const markOf = async ({ databaseUrl }: Pick<House, 'databaseUrl'>) =>
    (await run(databaseUrl, `SELECT value FROM state WHERE key = 'test-mode'`)).map(({ value }) => value);
  /** As a gateway has left it that knew nothing of test mode. */
  const forgetMark = ({ databaseUrl }: House) => run(databaseUrl, `DELETE FROM state WHERE key = 'test-mode'`);

  it('a database that holds a user who was not made in test mode is refused, and nothing of it is touched', async () => {
    const real = await open(kind);
    const kate = await newPerson(real);
    await forgetMark(real);
    await expect(open(kind, testMode, real)).rejects.toThrow(users);
    expect(await markOf(real)).toEqual([]);
    expect((await rest.send(real, 'profile', undefined, kate.accessToken)).code).toBeNull();
  });

  it('one of an older version is refused before it is migrated', async () => {
    const [first = ''] = knownMigrations(kind);
    const databaseUrl = await emptyDatabase(kind);
    await run(databaseUrl, readFileSync(join(__dirname, '../../prisma', kind, 'migrations', first, 'migration.sql'), 'utf8'));
    await run(
      databaseUrl,
      `INSERT INTO users (id, username, "usernameKey", email, "emailKey", "createdAt", "updatedAt")
        VALUES ('k', 'kate', 'kate', 'kate@example.com', 'kate@example.com', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)`,
    );
    const tables = () =>
      run(
        databaseUrl,
        kind === 'sqlite'
          ? 'SELECT name FROM sqlite_master ORDER BY name'
          : `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name`,
      );
    const before = await tables();
    await expect(open(kind, { ...testMode, DATABASE_URL: databaseUrl })).rejects.toThrow(users);
    expect(await tables()).toEqual(before); // not even a table of migrations
  });

  it('an empty one is taken, migrated, and stays one for tests', async () => {
    const first = await open(kind, { ...testMode, DATABASE_URL: await emptyDatabase(kind) });
    await newPerson(first);
    await close(first);
    const url = { databaseUrl: first.environment.DATABASE_URL ?? '', clock: first.clock };
    const second = await open(kind, testMode, url);
    expect((await ask(second, 'POST', '/reset')).status).toBe(200);
    expect(await markOf(url)).toEqual(['on']);
  });

  it('a gateway without test mode takes it for good, whoever is registered, and what was kept of mails goes', async () => {
    const first = await open(kind, testMode);
    const kate = await newPerson(first);
    await rest.send(first, 'requestPasswordReset', { email: kate.email });
    await until('a mail is kept', async () => (await ask(first, 'GET', '/mails')).body.mails.length > 0);
    await close(first);
    await close(await open(kind, {}, first));
    expect(await run(first.databaseUrl, `SELECT key FROM state WHERE key LIKE 'test-mail:%'`)).toEqual([]);
    await run(first.databaseUrl, 'DELETE FROM users');
    await expect(open(kind, testMode, first)).rejects.toThrow(served);
    await close(await open(kind, {}, first)); // it serves on
    expect(await markOf(first)).toEqual(['off']);
  });

  it('a command of the command line without test mode takes it as well, and one with it does not', async () => {
    const house = await open(kind, testMode);
    const create = (name: string, environment: Record<string, string>) =>
      runCommand(house, ['user', 'create', name, `${name}@example.com`], environment, 'a quiet garden gate\n');
    expect((await create('kate', {})).code).toBe(0);
    expect(await markOf(house)).toEqual(['on']);
    expect((await create('lena', { AUTH_TEST_MODE: 'off' })).code).toBe(0);
    expect(await markOf(house)).toEqual(['off']);
  });

  it('a gateway in test mode that still runs there then deletes nobody, and moves no clock', async () => {
    const tests = await open(kind, testMode);
    const real = await open(kind, {}, tests);
    const kate = await newPerson(real);
    for (const [method, path, body] of [
      ['POST', '/reset', undefined],
      ['PUT', '/clock', { advanceSeconds: 86_400 }],
    ] as const) {
      const refused = await ask(tests, method, path, body);
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'FORBIDDEN']);
    }
    expect((await ask(tests, 'GET', '/clock')).body.offsetSeconds).toBeLessThan(60);
    expect((await rest.send(real, 'profile', undefined, kate.accessToken)).code).toBeNull();
    expect((await rest.send(real, 'login', { username: kate.username, password: kate.password })).code).toBeNull();
  });

  it('a reset leaves the table of another program as it is', async () => {
    const house = await open(kind, testMode);
    await run(house.databaseUrl, 'CREATE TABLE orders (id INTEGER PRIMARY KEY)');
    await run(house.databaseUrl, 'INSERT INTO orders VALUES (7)');
    await newPerson(house);
    expect((await ask(house, 'POST', '/reset')).status).toBe(200);
    expect(await run(house.databaseUrl, 'SELECT id FROM orders')).toEqual([{ id: 7 }]);
    expect(await run(house.databaseUrl, 'SELECT id FROM users')).toEqual([]);
  });
});
