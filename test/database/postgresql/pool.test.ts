import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '../../../src/database/database';
import { parsePostgresqlUrl } from '../../../src/database/database-url';
import { runSql } from '../../support/postgresql';
import { copyDatabase } from '../../support/stage';

/** Holds `count` connections of the pool in transactions until `release`. */
async function hold(database: Database, count: number): Promise<{ readonly release: () => Promise<void> }> {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const inside: Promise<void>[] = [];
  const holders = Array.from({ length: count }, () => {
    let isIn = (): void => {};
    inside.push(
      new Promise((resolve) => {
        isIn = resolve;
      }),
    );
    return database.transaction(async (queries) => {
      await queries.$queryRaw`SELECT 1`;
      isIn();
      await held;
    });
  });
  await Promise.all(inside);
  return {
    release: async () => {
      letGo();
      await Promise.all(holders);
    },
  };
}

const backends = async (url: string): Promise<number> => {
  const name = new URL(url).pathname.slice(1);
  const [row] = await runSql(
    url,
    `SELECT count(*)::int AS "count" FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'gatehouse'`,
  );
  return Number(row?.count);
};

const ask = (database: Database) => database.client.user.count();

describe('the pool of a node on PostgreSQL', () => {
  it.each([
    ['connections', '', { connections: 2 }, 2],
    ['connection_limit in the URL', '?connection_limit=3', {}, 3],
  ] as const)('opens at most as many connections as %s says', async (_what, query, options, most) => {
    const url = await copyDatabase('postgresql');
    const database = await openDatabase(`${url}${query}`, options);
    try {
      expect(await Promise.all(Array.from({ length: 20 }, () => ask(database)))).toEqual(Array(20).fill(0));
      expect(await backends(url)).toBe(most);
    } finally {
      await database.close();
    }
  });

  it('waits for one of its own when PostgreSQL has none left (53300), and tells that class when it has waited in vain', async () => {
    const url = await copyDatabase('postgresql');
    const role = `role_${randomBytes(4).toString('hex')}`;
    await runSql(url, `CREATE ROLE ${role} LOGIN CONNECTION LIMIT 2; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    const database = await openDatabase(url.replace('postgres@', `${role}@`));
    expect(parsePostgresqlUrl(url).connections).toBeUndefined(); // it would open ten
    try {
      const answers = await Promise.allSettled(Array.from({ length: 5 }, () => ask(database)));
      expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
      const { release } = await hold(database, 2);
      await expect(ask(database)).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { code: 'POOL_TIMEOUT' } });
      await release();
      expect(await ask(database)).toBe(0);
    } finally {
      await database.close();
    }
  });

  it('tells 53300 where it has no connection at all', async () => {
    const url = await copyDatabase('postgresql');
    const role = `role_${randomBytes(4).toString('hex')}`;
    await runSql(url, `CREATE ROLE ${role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    const database = await openDatabase(url.replace('postgres@', `${role}@`));
    try {
      await runSql(url, `ALTER ROLE ${role} CONNECTION LIMIT 0`);
      await runSql(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${role}'`);
      const reasons = new Set<unknown>();
      for (let tries = 0; tries < 5; tries += 1) await ask(database).catch(({ code, cause }) => reasons.add(`${code} ${cause.code}`)); // the first may meet the line that has ended
      expect([...reasons]).toContain('UNAVAILABLE 53300');
      expect(database.outages.get('53300')).toBeGreaterThan(0);
      await runSql(url, `ALTER ROLE ${role} CONNECTION LIMIT -1`);
      expect(await ask(database)).toBe(0);
    } finally {
      await database.close();
    }
  });
});
