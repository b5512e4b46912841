import { migrate } from '../../../src/database/migrations/migrate';
import { runCommand } from '../../support/command';
import { doors, newPerson } from '../../support/doors';
import { openHouse, TestClock, testSecret } from '../../support/house';
import { hasPgBouncer, type Pooler, startPgBouncer } from '../../support/pgbouncer';
import { runSql } from '../../support/postgresql';
import { newFolder, startGateway } from '../../support/process';
import { copyDatabase, emptyDatabase } from '../../support/stage';
import { describeWhere } from '../../support/where';

describeWhere(hasPgBouncer, 'PgBouncer is installed')('behind a stock PgBouncer', () => {
  const poolers: Pooler[] = [];
  const behind = async (databaseUrl: string, settings: Parameters<typeof startPgBouncer>[1]): Promise<Pooler> => {
    const pooler = await startPgBouncer(databaseUrl, settings);
    poolers.push(pooler);
    return pooler;
  };
  afterEach(async () => {
    for (const pooler of poolers.splice(0)) await pooler.stop();
  });

  it.each(['session', 'transaction'] as const)(
    'in %s mode, a gateway starts on an empty database and serves every operation',
    async (mode) => {
      const { url } = await behind(await emptyDatabase('postgresql'), { mode });
      const house = await openHouse('postgresql', { AUTH_LEASE_MS: '0' }, { databaseUrl: url, clock: new TestClock() });
      try {
        expect((await fetch(`${house.url}/ready`)).status).toBe(200);
        for (const door of doors) {
          const person = await newPerson(house);
          expect((await door.send(house, 'profile', undefined, person.accessToken)).code).toBeNull();
          expect((await door.send(house, 'refresh', { refreshToken: person.refreshToken })).code).toBeNull();
          expect((await door.send(house, 'updateProfile', { name: 'Kate' }, person.accessToken)).code).toBeNull();
          expect((await door.send(house, 'logout', undefined, person.accessToken)).code).toBeNull();
          expect((await door.send(house, 'profile', undefined, person.accessToken)).code).toBe('UNAUTHENTICATED');
        }
      } finally {
        await house.close();
      }
    },
  );

  it('in transaction mode, every transaction has the time limits, whatever server connection it meets', async () => {
    const { url } = await behind(await copyDatabase('postgresql'), { mode: 'transaction', poolSize: 5 });
    const house = await openHouse('postgresql', {}, { databaseUrl: url, clock: new TestClock() });
    try {
      const { database } = house.app.services;
      const limits = () =>
        database.transaction(async (queries) => {
          const [row] = await queries.$queryRaw<{ statement: string; idle: string }[]>`SELECT
            current_setting('statement_timeout') AS "statement", current_setting('idle_in_transaction_session_timeout') AS "idle"`;
          return row;
        });
      await runSql(url, 'DISCARD ALL');
      for (const row of await Promise.all(Array.from({ length: 5 }, limits))) expect(row).toEqual({ statement: '800ms', idle: '5s' });
    } finally {
      await house.close();
    }
  });

  it.each(['session', 'transaction'] as const)(
    'in %s mode, the lock of the migrations goes with its transaction: the next start does not wait',
    async (mode) => {
      const direct = await emptyDatabase('postgresql');
      const { url } = await behind(direct, { mode });
      expect((await migrate(url)).applied).not.toEqual([]);
      expect(await runSql(direct, "SELECT * FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
      expect((await migrate(direct)).applied).toEqual([]);
    },
  );

  it('tells in its own words that it refuses what ?schema= needs, at the start and in doctor, and what to do', async () => {
    const { url } = await behind(await copyDatabase('postgresql'), { mode: 'transaction' });
    const databaseUrl = `${url}?schema=gate`;
    const said = /the database said: unsupported startup parameter: options \(08P01\)\. .*ALTER ROLE/;
    await expect(startGateway(newFolder(), { DATABASE_URL: databaseUrl, AUTH_SECRET: testSecret })).rejects.toThrow(said);
    const { out, err } = await runCommand({ databaseUrl, environment: { AUTH_SECRET: testSecret } }, ['doctor']);
    expect(out + err).toMatch(said);
    expect(out + err).not.toMatch(/\n\s+at /);
  });

  it('that keeps ?schema= from the database is told, and no table is made in another schema', async () => {
    const direct = await emptyDatabase('postgresql');
    const { url } = await behind(direct, { mode: 'transaction', ignoredParameters: ['options'] });
    await expect(migrate(`${url}?schema=gate`)).rejects.toThrow(/A pooler keeps the schema/);
    expect(await runSql(direct, "SELECT tablename FROM pg_tables WHERE schemaname IN ('public', 'gate')")).toEqual([]);
  });

  it('the schema of the role is where everything is, in transaction mode too', async () => {
    const direct = await emptyDatabase('postgresql');
    const database = new URL(direct).pathname.slice(1);
    await runSql(direct, `CREATE SCHEMA gate; ALTER ROLE postgres IN DATABASE ${database} SET search_path = gate`);
    const { url } = await behind(direct, { mode: 'transaction' });
    const house = await openHouse('postgresql', {}, { databaseUrl: url, clock: new TestClock() });
    try {
      await newPerson(house);
      expect(await runSql(direct, 'SELECT count(*)::int AS "users" FROM gate.users')).toEqual([{ users: 1 }]);
      expect(await runSql(direct, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    } finally {
      await house.close();
    }
  });
});
