import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase, type UserRow } from '../../../src/database/database';
import { PrismaClient } from '../../../src/database/generated/sqlite/client';
import { Outage, translateOutages } from '../../../src/database/outage.adapter';
import { SqliteAdapter } from '../../../src/database/sqlite/adapter';
import { openSqlite, sqliteFile } from '../../../src/database/sqlite/connection';
import { lockElsewhere } from '../../support/foreign-lock';
import { holdCommits } from '../../support/slow-disk';
import { copyDatabase, readStage } from '../../support/stage';

/** The defects of the two SQLite adapters that Prisma has (prisma/orm#29933, #30028): none of them is ours. */

const newUser = (username: string): UserRow => ({
  id: randomUUID(),
  username,
  usernameKey: username,
  email: `${username}@example.com`,
  emailKey: `${username}@example.com`,
  emailVerifiedAt: null,
  passwordHash: null,
  name: null,
  bio: null,
  pictureUrl: null,
  locale: null,
  roles: '',
  disabledAt: null,
  generation: 0,
  deviceEpoch: 0,
  passkeyHandle: null,
  deletesAt: null,
  passwordDistrustedAt: null,
  createdAt: new Date(),
  updatedAt: new Date(),
});

const unavailable = { name: 'Failure', code: 'UNAVAILABLE', details: { retryAfterSeconds: 1 } };

describe('SQLite', () => {
  let url: string;
  let database: Database;
  beforeEach(async () => {
    url = await copyDatabase('sqlite');
    database = await openDatabase(url);
  });
  afterEach(() => database.close());
  const insert = (username: string) => database.client.user.create({ data: newUser(username) });
  const usernames = async () => (await database.client.user.findMany({ orderBy: { username: 'asc' } })).map(({ username }) => username);

  describe('installing', () => {
    const lock = JSON.parse(readFileSync(join(__dirname, '../../../package-lock.json'), 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const named = (pattern: RegExp) => Object.entries(lock.packages).filter(([path]) => pattern.test(path));

    it('compiles nothing: the driver has no install script and comes ready for each platform', () => {
      expect(named(/libsql/).length).toBeGreaterThan(3);
      expect(named(/libsql/).filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
      expect(named(/libsql\/(linux-(x64|arm64)-(gnu|musl)|darwin-(x64|arm64)|win32-x64-msvc)$/).length).toBeGreaterThanOrEqual(7);
      expect(named(/node-gyp|node-pre-gyp|prebuild-install|better-sqlite3/)).toEqual([]);
    });
  });

  it('commits on another thread, where a commit may take as long as the disk does', async () => {
    const file = `file:${join(mkdtempSync(join(readStage().folder, 'commit-')), 'numbers.db')}`;
    const reader = (await openSqlite(file, 1_000, 'DELETE')).sqlite;
    reader.exec('CREATE TABLE numbers (number)');
    const connection = await openSqlite(file, 0, 'DELETE'); // in which a COMMIT waits for those who read, there where it runs
    connection.sqlite.exec('PRAGMA busy_timeout = 20000');
    const adapter = await new SqliteAdapter(connection).connect();
    const transaction = await adapter.startTransaction();
    await transaction.executeRaw({ sql: 'INSERT INTO numbers VALUES (1)', args: [], argTypes: [] });
    reader.exec('BEGIN');
    const count = reader.prepare('SELECT count(*) FROM numbers').raw(true);
    expect(count.all()).toEqual([[0]]);
    const committed = transaction.commit();
    reader.exec('COMMIT'); // on the thread of this line, the commit above would have failed by now
    await committed;
    expect(count.all()).toEqual([[1]]);
    reader.close();
    await adapter.dispose();
  });

  describe('the end of a transaction', () => {
    const insertion = (key: string) => ({
      sql: `INSERT INTO attempts ("key", "used", "retryAt", "expiresAt") VALUES ('${key}', 1, 0, 0)`,
      args: [],
      argTypes: [],
    });
    const keys = async () => (await database.client.attempt.findMany({ orderBy: { key: 'asc' } })).map(({ key }) => key);

    it('is its COMMIT, when somebody gives up while that is under way', async () => {
      const adapter = await new SqliteAdapter(await openSqlite(url, 1_000)).connect();
      const disk = holdCommits();
      const transaction = await adapter.startTransaction();
      await transaction.executeRaw(insertion('first'));
      const committed = transaction.commit();
      const gaveUp = transaction.rollback();
      const next = adapter.executeRaw(insertion('next'));
      disk.release();
      await Promise.all([committed, gaveUp, next]);
      expect(await keys()).toEqual(['first', 'next']);
      await adapter.dispose();
    });

    it('is the end of its statements: one that comes later fails, and is not in the next one', async () => {
      const adapter = await new SqliteAdapter(await openSqlite(url, 1_000)).connect();
      const over = await adapter.startTransaction();
      await over.rollback();
      const next = await adapter.startTransaction();
      await expect(over.executeRaw(insertion('late'))).rejects.toThrow('the transaction is over');
      await next.executeRaw(insertion('next'));
      await next.commit();
      expect(await keys()).toEqual(['next']);
      await adapter.dispose();
    });
  });

  describe('a write of another request while a transaction is open', () => {
    it('waits, and is kept when the transaction rolls back', async () => {
      let isWritten = false;
      let write: Promise<unknown> | undefined;
      const transaction = database.transaction(async (queries) => {
        await queries.user.create({ data: newUser('lost') });
        write = insert('kept').then(() => {
          isWritten = true;
        });
        for (let round = 0; round < 20; round += 1) await queries.user.count();
        expect(isWritten).toBe(false);
        throw new Error('changed its mind');
      });
      await expect(transaction).rejects.toThrow('changed its mind');
      await write;
      expect(await usernames()).toEqual(['kept']);
    });

    it('sees nothing of a transaction that is rolled back', async () => {
      let read: Promise<string[]> | undefined;
      const transaction = database.transaction(async (queries) => {
        await queries.user.create({ data: newUser('lost') });
        read = usernames();
        throw new Error('changed its mind');
      });
      await expect(transaction).rejects.toThrow('changed its mind');
      expect(await read).toEqual([]);
    });

    it('leaves nothing behind when a statement inside fails', async () => {
      await insert('kate');
      const transaction = database.transaction(async (queries) => {
        await queries.user.create({ data: newUser('lost') });
        await queries.user.create({ data: newUser('kate') });
      });
      await expect(transaction).rejects.toMatchObject({ code: 'P2002' });
      await insert('next');
      expect(await usernames()).toEqual(['kate', 'next']);
    });
  });

  describe('3,000 transactions', () => {
    const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0);

    it('leave no open file and no memory behind', async () => {
      const adapter = await new SqliteAdapter(await openSqlite(url, 1_000)).connect();
      await insert('kate');
      const touch = async (round: number) => {
        const transaction = await adapter.startTransaction();
        await transaction.executeRaw({ sql: 'UPDATE users SET generation = generation + 1', args: [], argTypes: [] });
        await (round % 10 === 0 ? transaction.rollback() : transaction.commit());
      };
      for (let round = 0; round < 200; round += 1) await touch(round); // what is loaded once is loaded
      const before = { files: openFiles(), bytes: process.memoryUsage.rss() };
      for (let round = 0; round < 3_000; round += 1) await touch(round);
      expect(openFiles() - before.files).toBeLessThan(10);
      expect(process.memoryUsage.rss() - before.bytes).toBeLessThan(200 * 2 ** 20);
      expect((await database.client.user.findFirst())?.generation).toBe(0.9 * 3_200);
      await adapter.dispose();
    });
  });

  describe('while another process has the lock', () => {
    /** How often the event loop came round while `work` ran. */
    const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
      let turns = 0;
      const timer = setInterval(() => {
        turns += 1;
      }, 5);
      await work.catch(() => {});
      clearInterval(timer);
      return turns;
    };

    it('a write waits, reads go on, and the write is there once the lock is free', async () => {
      await insert('before');
      const lock = await lockElsewhere(sqliteFile(url), "UPDATE users SET name = 'theirs'");
      let isWritten = false;
      const write = insert('waited').then(() => {
        isWritten = true;
      });
      for (let round = 0; round < 20; round += 1) expect(await usernames()).toEqual(['before']);
      expect(isWritten).toBe(false);
      await lock.release();
      await write;
      expect(await usernames()).toEqual(['before', 'waited']);
    });

    it('a transaction waits too', async () => {
      const lock = await lockElsewhere(sqliteFile(url), 'DELETE FROM users');
      const write = database.transaction((queries) => queries.user.create({ data: newUser('waited') }));
      expect(await usernames()).toEqual([]);
      await lock.release();
      await write;
      expect(await usernames()).toEqual(['waited']);
    });

    it('a write that waits in vain gives UNAVAILABLE, with the event loop free meanwhile', async () => {
      const lock = await lockElsewhere(sqliteFile(url), 'DELETE FROM users');
      const write = insert('refused');
      expect(await turnsDuring(write)).toBeGreaterThan(20);
      await expect(write).rejects.toMatchObject(unavailable);
      await lock.release();
      await insert('next');
      expect(await usernames()).toEqual(['next']);
    });
  });

  describe('a reader at COMMIT where the file is not in WAL', () => {
    it('gives a clean error, and the connection goes on', async () => {
      const file = await copyDatabase('sqlite');
      const driver = new SqliteAdapter(await openSqlite(file, 100, 'DELETE'));
      const client = new PrismaClient({ adapter: translateOutages(driver, () => {}), errorFormat: 'minimal' });
      const lock = await lockElsewhere(sqliteFile(file), 'SELECT count(*) FROM users');
      const write = client.$transaction(async (queries) => void (await queries.user.create({ data: newUser('refused') })));
      await expect(write).rejects.toThrow(Outage);
      const alone = client.user.create({ data: newUser('refused alone') });
      await expect(alone).rejects.toThrow(Outage);
      await lock.release();
      await client.$transaction(async (queries) => void (await queries.user.create({ data: newUser('next') })));
      expect((await client.user.findMany()).map(({ username }) => username)).toEqual(['next']);
      await client.$disconnect();
    });
  });

  describe('the file', () => {
    it('is in WAL, flushed at every commit, with foreign keys in force', async () => {
      const pragma = async (name: string) => Object.values((await database.client.$queryRawUnsafe<object[]>(`PRAGMA ${name}`))[0] ?? {});
      expect(await pragma('journal_mode')).toEqual(['wal']);
      expect((await pragma('synchronous')).map(Number)).toEqual([2]); // FULL
      expect((await pragma('foreign_keys')).map(Number)).toEqual([1]);
      const orphan = database.client.$executeRaw`INSERT INTO sessions (id, userId, generation, refreshSalt, rotatedAt, authenticatedAt,
        createdAt, lastUsedAt, idleExpiresAt, expiresAt) VALUES ('s', 'nobody', 0, '', 0, 0, 0, 0, 0, 0)`;
      await expect(orphan).rejects.toThrow(/foreign key/i);
    });

    it('is made for its owner alone, with the folder and the files beside it', async () => {
      const folder = join(mkdtempSync(join(readStage().folder, 'modes-')), 'made', 'here');
      const { sqlite } = await openSqlite(`file:${join(folder, 'gatehouse.db')}`, 100);
      sqlite.exec('CREATE TABLE t (x)');
      const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
      expect([mode(folder), mode(join(folder, '..'))]).toEqual(['700', '700']);
      expect(Object.fromEntries(readdirSync(folder).map((name) => [name, mode(join(folder, name))]))).toEqual({
        'gatehouse.db': '600',
        'gatehouse.db-shm': '600',
        'gatehouse.db-wal': '600',
      });
      sqlite.close();
    });
  });
});
