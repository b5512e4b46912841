import PromisingConnection from 'libsql/promise';
import { type Database, openDatabase, type Statements } from '../../src/database/database';
import { newPerson, rest } from '../support/doors';
import { openHouse } from '../support/house';
import { copyDatabase, databaseKinds } from '../support/stage';

describe.each(databaseKinds)('statements that do not need each other, on %s', (kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase(await copyDatabase(kind));
  });
  afterEach(() => database.close());
  const insert = (key: string) => async (statements: Statements) => {
    const [row] = await statements.rows`INSERT INTO "attempts" ("key", "used", "retryAt", "expiresAt")
      VALUES (${key}, 1, ${new Date(0)}, ${new Date()}) RETURNING "key"`;
    return row?.[0];
  };

  it('give their answers in their order', async () => {
    expect(await database.together([insert('b'), insert('a'), insert('c')])).toEqual(['b', 'a', 'c']);
    expect(await database.together([insert('d')])).toEqual(['d']);
    expect(await database.together([])).toEqual([]);
    expect(await database.client.attempt.count()).toBe(4);
  });

  it('fail together where one does', async () => {
    await expect(database.together([insert('a'), insert('b'), insert('a')])).rejects.toThrow();
    const left = await database.client.attempt.count();
    if (kind === 'sqlite') expect(left).toBe(0);
  });
});

describe.each(databaseKinds)('statements that need no transaction, on %s', (kind) => {
  it('are one flush to disk on SQLite, where none is done when one fails; on PostgreSQL each is by itself', async () => {
    const database = await openDatabase(await copyDatabase(kind));
    const insertAll = async (statements: Statements, ...keys: string[]) => {
      for (const key of keys)
        await statements.execute`INSERT INTO "attempts" ("key", "used", "retryAt", "expiresAt") VALUES (${key}, 1, ${new Date(0)}, ${new Date()})`;
      return keys.length;
    };
    expect(await database.inOrder((statements) => insertAll(statements, 'b', 'c'))).toBe(2);
    await expect(database.inOrder((statements) => insertAll(statements, 'a', 'd', 'a'))).rejects.toThrow();
    expect(await database.client.attempt.count()).toBe(kind === 'sqlite' ? 2 : 4);
    await database.close();
  });
});

describe('on SQLite', () => {
  it('a login flushes to disk three times: for its tries, for giving them back, and for its session with the audit', async () => {
    const house = await openHouse('sqlite');
    try {
      const { username, password } = await newPerson(house);
      const exec = jest.spyOn(PromisingConnection.prototype, 'exec');
      expect((await rest.send(house, 'login', { username, password })).code).toBeNull();
      const commits = exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
      exec.mockRestore();
      expect(commits).toBe(3);
    } finally {
      await house.close();
    }
  });
});
