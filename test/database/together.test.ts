import Connection from 'libsql';
import { type Database, openDatabase, type Queries } from '../../src/database/database';
import { newPerson, rest } from '../support/doors';
import { openHouse } from '../support/house';
import { copyDatabase, databaseKinds } from '../support/stage';

describe.each(databaseKinds)('statements that do not need each other, on %s', (kind) => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase(await copyDatabase(kind));
  });
  afterEach(() => database.close());
  const row = (key: string) => ({ key, used: 1, retryAt: new Date(0), expiresAt: new Date(), grantId: 'a' });
  const insert = (key: string) => async (queries: Queries) => (await queries.attempt.create({ data: row(key) })).key;

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

describe('on SQLite', () => {
  it('a login flushes to disk three times: for its tries, for giving them back, and for its session with the audit', async () => {
    const house = await openHouse('sqlite');
    try {
      const { username, password } = await newPerson(house);
      const exec = jest.spyOn(Connection.prototype, 'exec');
      expect((await rest.send(house, 'login', { username, password })).code).toBeNull();
      const commits = exec.mock.calls.filter(([sql]) => sql === 'COMMIT').length;
      exec.mockRestore();
      expect(commits).toBe(3);
    } finally {
      await house.close();
    }
  });
});
