import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { type Answer, doors, newPerson, type Person, rest, uniqueName, untilServed, whoAmI } from '../support/doors';
import { lockElsewhere } from '../support/foreign-lock';
import { type House, openHouse, TestClock } from '../support/house';
import { holdCommits } from '../support/slow-disk';
import { copyDatabase, readStage } from '../support/stage';
import { until } from '../support/until';
import { itWhere } from '../support/where';

/** The promise is 2 s: rest/answer-time.test.ts holds it, with timers of its own. Here an answer comes at all, however busy the machine is. */
const longestMs = 20_000;
const password = 'a quiet garden gate';

const timed = async <T>(work: Promise<T>): Promise<T> => {
  const from = performance.now();
  const result = await work;
  expect(performance.now() - from).toBeLessThan(longestMs);
  return result;
};

/** Every operation that writes, at both doors, at the same time. */
const writes = (house: House, person: Person, username: string): Promise<Answer>[] =>
  doors.flatMap((door) => [
    door.send(house, 'login', { username: person.username, password }),
    door.send(house, 'login', { username, password }),
    door.send(house, 'register', { username: `${username}${door.name}`, email: `${username}@${door.name}.example`, password }),
    door.send(house, 'refresh', { refreshToken: person.refreshToken }),
    door.send(house, 'updateProfile', { name: 'Kate' }, person.accessToken),
    door.send(house, 'changePassword', { currentPassword: password, newPassword: `${password}!` }, person.accessToken),
    door.send(house, 'logout', undefined, person.accessToken),
  ]);

const stateOf = async (house: House, { id }: Person): Promise<unknown> => {
  const { client } = house.app.services.database;
  return [await client.user.findMany(), await client.session.findMany({ where: { userId: id } })];
};

/** Writes are UNAVAILABLE and change nothing, reads are served, the process lives. */
async function expectReadsAlone(house: House, person: Person): Promise<void> {
  const before = await stateOf(house, person);
  const answers = writes(house, person, uniqueName());
  for (const door of doors) {
    const profile = await untilServed(() => timed(door.send(house, 'profile', undefined, person.accessToken)));
    expect([profile.status, profile.body.id]).toEqual([200, person.id]);
    expect((await timed(door.send(house, 'profile', undefined, 'garbage'))).code).toBe('UNAUTHENTICATED');
  }
  expect((await timed(fetch(`${house.url}/health`))).status).toBe(200);
  for (const answer of await Promise.all(answers.map(timed))) {
    expect([answer.status, answer.code]).toEqual([503, 'UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect(await stateOf(house, person)).toEqual(before);
}

const expectRecovered = async (house: House, person: Person): Promise<void> => {
  expect((await untilServed(() => rest.send(house, 'login', { username: person.username, password }))).code).toBeNull();
  expect((await newPerson(house)).id).toBeDefined();
  expect((await fetch(`${house.url}/ready`)).status).toBe(200);
};

describe('when SQLite', () => {
  let house: House;
  let person: Person;
  beforeAll(async () => {
    house = await openHouse('sqlite');
    person = await newPerson(house);
  });
  afterAll(() => house.close());

  it('is locked by another process, reads are served, writes are UNAVAILABLE before long, and it recovers by itself', async () => {
    const lock = await lockElsewhere(sqliteFile(house.databaseUrl), 'DELETE FROM users');
    await expectReadsAlone(house, person);
    await lock.release();
    await expectRecovered(house, person);
  });

  it('has a slow disk, those who write wait for it, and those whose token is checked do not', async () => {
    const disk = holdCommits();
    let isWritten = false;
    const login = rest.send(house, 'login', { username: person.username, password }).finally(() => {
      isWritten = true;
    });
    try {
      await until('a commit waits for the disk', disk.isHolding);
      const checked = await fetch(`${house.url}/v1/verify`, { headers: { authorization: `Bearer ${person.accessToken}` } });
      expect([checked.status, checked.headers.get('x-auth-user-id')]).toEqual([200, person.id]);
      expect((await whoAmI(house, person.accessToken))?.id).toBe(person.id);
      expect(isWritten).toBe(false);
    } finally {
      disk.release();
    }
    expect([null, 'UNAVAILABLE']).toContain((await login).code); // an answer waits 2 s, and this machine may be slower
    await expectRecovered(house, person);
  });

  // Linux makes no file system read-only, and no bind mount of it, while a file on it is open for writing (EBUSY), and modes and
  // attributes count when a file is opened. What can turn read-only under an open file is a disk with a defect; that is this code.
  it('may not be written, the same holds', async () => {
    const { client } = house.app.services.database;
    await client.$queryRawUnsafe('PRAGMA query_only = ON'); // SQLITE_READONLY
    await expectReadsAlone(house, person);
    await client.$queryRawUnsafe('PRAGMA query_only = OFF');
    await expectRecovered(house, person);
  });
});

describe('when the disk of SQLite', () => {
  const folder = mkdtempSync(join(readStage().folder, 'full-disk-'));
  const mounted = mountSmallDisk(folder);
  afterAll(() => {
    if (mounted) execFileSync('umount', ['-l', folder]); // libsql closes the file when it is collected
  });

  itWhere(mounted, 'a small disk is mounted by root, on Linux')(
    'is full, reads are served, writes are UNAVAILABLE, and it recovers by itself',
    async () => {
      const file = join(folder, 'gatehouse.db');
      copyFileSync(sqliteFile(await copyDatabase('sqlite')), file);
      const house = await openHouse('sqlite', {}, { databaseUrl: `file:${file}`, clock: new TestClock() });
      try {
        const person = await newPerson(house);
        // The -wal file begins again at its start, and needs no new page for its first ones: it has to be new.
        await house.app.services.database.client.$queryRawUnsafe('PRAGMA wal_checkpoint(TRUNCATE)');
        const { bavail, bsize } = statfsSync(folder);
        const filler = join(folder, 'filler');
        writeFileSync(filler, Buffer.alloc(bavail * bsize));
        await expectReadsAlone(house, person);
        rmSync(filler);
        await expectRecovered(house, person);
      } finally {
        await house.close();
      }
    },
  );
});

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
