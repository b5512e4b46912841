import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../../src/database/database';
import { migrate } from '../../../src/database/migrations/migrate';
import { runCommand } from '../../support/command';
import { doors, newPerson } from '../../support/doors';
import { openHouse, TestClock, testSecret } from '../../support/house';
import { runSql } from '../../support/postgresql';
import { newFolder, startGateway } from '../../support/process';
import { emptyDatabase, readStage } from '../../support/stage';

const tablesOf = async (url: string, schema: string): Promise<number> => {
  const [row] = await runSql(url, `SELECT count(*)::int AS "count" FROM pg_tables WHERE schemaname = '${schema.replace(/'/g, "''")}'`);
  return Number(row?.count);
};

describe('?schema= in DATABASE_URL', () => {
  it.each(['gate', 'My own schema'])('is where the tables, the migrations and every statement are: %s', async (schema) => {
    const plain = await emptyDatabase('postgresql');
    const databaseUrl = `${plain}?schema=${encodeURIComponent(schema)}`;
    await migrate(databaseUrl);
    const house = await openHouse('postgresql', {}, { databaseUrl, clock: new TestClock() });
    try {
      for (const door of doors) {
        const person = await newPerson(house);
        expect((await door.send(house, 'updateProfile', { name: 'Kate' }, person.accessToken)).code).toBeNull();
        expect((await door.send(house, 'refresh', { refreshToken: person.refreshToken })).code).toBeNull();
        expect((await door.send(house, 'logout', undefined, person.accessToken)).code).toBeNull();
      }
      expect(await tablesOf(plain, schema)).toBeGreaterThan(5);
      expect(await tablesOf(plain, 'public')).toBe(0);
    } finally {
      await house.close();
    }
  });

  it('lets two gateways live in one database, each with its own users', async () => {
    const plain = await emptyDatabase('postgresql');
    const houses = await Promise.all(
      ['one', 'two'].map(async (schema) =>
        openHouse('postgresql', {}, { databaseUrl: `${plain}?schema=${schema}`, clock: new TestClock() }),
      ),
    );
    try {
      const [one, two] = houses as [(typeof houses)[0], (typeof houses)[0]];
      const { username, password } = await newPerson(one);
      for (const door of doors) expect((await door.send(two, 'login', { username, password })).code).toBe('INVALID_CREDENTIALS');
    } finally {
      for (const house of houses) await house.close();
    }
  });
});

describe('a database whose encoding is not UTF8', () => {
  let url: string;
  beforeAll(async () => {
    const name = `latin_${randomBytes(8).toString('hex')}`;
    const { postgresqlUrl } = readStage();
    await runSql(postgresqlUrl.replace('NAME', 'postgres'), `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    url = postgresqlUrl.replace('NAME', name);
  });

  it('stops the start and the migrations, and nothing is made in it', async () => {
    await expect(migrate(url)).rejects.toThrow(/encoding of the database is not UTF8/);
    await expect(openDatabase(url)).rejects.toThrow(/encoding of the database is not UTF8/);
    const start = startGateway(newFolder(), { DATABASE_URL: url, AUTH_SECRET: testSecret });
    await expect(start).rejects.toThrow(
      /ended with 1 .*Gatehouse cannot start: The encoding of the database is not UTF8.*--encoding=UTF8/s,
    );
    await expect(start).rejects.not.toThrow(/\n\s+at /);
    expect(await tablesOf(url, 'public')).toBe(0);
  });

  it('is found by doctor', async () => {
    const { code, out } = await runCommand({ databaseUrl: url, environment: { AUTH_SECRET: testSecret } }, ['doctor', '--json']);
    const { findings } = JSON.parse(out) as { findings: { subject: string; state: string; what: string }[] };
    expect([code, findings.find(({ subject }) => subject === 'database')]).toMatchObject([
      1,
      { state: 'wrong', what: expect.stringContaining('not UTF8') },
    ]);
  });
});
