import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { type Answer, newPerson, rest } from '../support/doors';
import { type House, onBothDatabases, openHouse, TestClock } from '../support/house';
import { runSql } from '../support/postgresql';
import { copyDatabase, readStage } from '../support/stage';
import { until } from '../support/until';
import { itWhere } from '../support/where';

const readiness = async (house: House): Promise<number> => {
  house.clock.advance(2); // what was found out before is old
  return (await fetch(`${house.url}/ready`)).status;
};

/** The classes of the causes that the log tells. */
const causes = (house: House): unknown[] =>
  house.log.filter(({ msg }) => msg === 'unavailable').map(({ cause }) => (cause as { readonly code?: unknown }).code);

const expectUnavailable = ({ status, code }: Answer): void => expect([status, code]).toEqual([503, 'UNAVAILABLE']);

onBothDatabases('/ready', (house) => {
  it('writes once a second at most, and once for all who ask at the same time', async () => {
    const { database } = house().app.services;
    house().clock.stop();
    house().queries.length = 0;
    const ask = () => fetch(`${house().url}/ready`).then(({ status }) => status);
    expect(await Promise.all(Array.from({ length: 10 }, ask))).toEqual(Array(10).fill(200));
    expect(await ask()).toBe(200);
    expect(house().queries.filter((sql) => /INSERT INTO .*jobs/i.test(sql))).toHaveLength(1);
    expect(await database.client.job.findUnique({ where: { name: 'write-check' } })).not.toBeNull();
  });
});

describe('a database that can be read and not written', () => {
  it('on PostgreSQL, a primary that is read-only: /ready is 503, and log and metrics say 25006', async () => {
    const databaseUrl = await copyDatabase('postgresql');
    const house = await openHouse('postgresql', {}, { databaseUrl, clock: new TestClock() });
    const name = new URL(databaseUrl).pathname.slice(1);
    const switchReadOnly = async (mode: 'on' | 'off') => {
      const elsewhere = new URL('/postgres', databaseUrl).href;
      await runSql(elsewhere, `ALTER DATABASE ${name} SET default_transaction_read_only = ${mode}`);
      await runSql(elsewhere, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`); // what is open keeps its mode
    };
    try {
      expect(await readiness(house)).toBe(200);
      await switchReadOnly('on');
      await until('every connection is a new one, and /ready says 503', async () => {
        await readiness(house);
        return causes(house).includes('25006');
      });
      expect(await readiness(house)).toBe(503);
      expect(house.app.services.database.outages.get('25006')).toBeGreaterThan(0);
      await switchReadOnly('off');
      await until('/ready says 200 again', async () => (await readiness(house)) === 200);
    } finally {
      await house.close();
    }
  });

  it('on SQLite, a file that may not be written: /ready is 503, and log and metrics say SQLITE_READONLY', async () => {
    const house = await openHouse('sqlite');
    try {
      const { client, outages } = house.app.services.database;
      await client.$queryRawUnsafe('PRAGMA query_only = ON');
      expect(await readiness(house)).toBe(503);
      expect([causes(house), outages.get('SQLITE_READONLY')]).toEqual([['SQLITE_READONLY'], 1]);
      await client.$queryRawUnsafe('PRAGMA query_only = OFF');
      expect(await readiness(house)).toBe(200);
    } finally {
      await house.close();
    }
  });

  const folder = mkdtempSync(join(readStage().folder, 'ready-'));
  const mounted = mountSmallDisk(folder);
  afterAll(() => {
    if (mounted) execFileSync('umount', ['-l', folder]); // libsql closes the file when it is collected
  });

  itWhere(mounted, 'a small disk is mounted by root, on Linux')(
    'on SQLite, a full disk: /ready is 503, and log and metrics say SQLITE_FULL',
    async () => {
      const file = join(folder, 'gatehouse.db');
      copyFileSync(sqliteFile(await copyDatabase('sqlite')), file);
      const house = await openHouse('sqlite', {}, { databaseUrl: `file:${file}`, clock: new TestClock() });
      try {
        const { client, outages } = house.app.services.database;
        expect(await readiness(house)).toBe(200);
        await client.$queryRawUnsafe('PRAGMA wal_checkpoint(TRUNCATE)'); // the -wal file begins again, and needs a new page
        const { bavail, bsize } = statfsSync(folder);
        writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize));
        expect(await readiness(house)).toBe(503);
        expect([causes(house), outages.get('SQLITE_FULL')]).toEqual([['SQLITE_FULL'], 1]);
        rmSync(join(folder, 'filler'));
        expect(await readiness(house)).toBe(200);
      } finally {
        await house.close();
      }
    },
  );
});

describe('an SQLite file under a running gateway', () => {
  it.each([
    ['replaced', (file: string, other: string) => renameSync(other, file)],
    ['removed', (file: string, _other: string) => rmSync(file)],
  ] as const)('that is %s is noticed: nothing is served from then on, and /ready is 503', async (_what, spoil) => {
    const house = await openHouse('sqlite');
    house.expectDefects();
    const person = await newPerson(house);
    const file = sqliteFile(house.databaseUrl);
    const other = sqliteFile(await copyDatabase('sqlite'));
    const { database } = house.app.services;
    try {
      spoil(file, other);
      await until('the gateway looks at the file', async () => (await readiness(house)) === 503);
      expectUnavailable(await rest.send(house, 'profile', undefined, person.accessToken));
      expectUnavailable(await rest.send(house, 'login', { username: person.username, password: person.password }));
      expectUnavailable(await rest.send(house, 'register', { username: 'lars', email: 'lars@example.com', password: person.password }));
      expectUnavailable(await rest.send(house, 'logout', undefined, person.accessToken));
      expect(new Set(causes(house))).toEqual(new Set(['FILE_REPLACED']));
      expect(database.notices.heardUntil()).toBe(Number.NEGATIVE_INFINITY); // services are told that this node knows nothing new
      expect(house.log.filter(({ level }) => level === 'error')).toMatchObject([{ msg: expect.stringContaining('another file') }]);
    } finally {
      await house.close();
    }
  });
});

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
