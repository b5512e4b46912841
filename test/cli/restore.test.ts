import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDatabase } from '../../src/database/database';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { runCommand } from '../support/command';
import { type Door, doors, newPerson, rest } from '../support/doors';
import { type House, onBothDatabases, openHouse, TestClock, testSecret } from '../support/house';
import { killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { newServiceClient } from '../support/service-client';
import { copyDatabase } from '../support/stage';

const codeOf = async (door: Door, house: House, token: string) => (await door.send(house, 'profile', undefined, token)).code;

onBothDatabases('gatehouse sessions end-all', (house) => {
  it('ends every session of everybody, on a gateway that runs, and says how many', async () => {
    const people = [await newPerson(house()), await newPerson(house()), await newPerson(house())];
    const { code, out } = await runCommand(house(), ['sessions', 'end-all', '--json', '--yes']);
    expect([code, JSON.parse(out)]).toEqual([0, { users: 3, endedSessions: 3 }]);
    for (const { username, password, accessToken, refreshToken } of people)
      for (const door of doors) {
        expect(await codeOf(door, house(), accessToken)).toBe('UNAUTHENTICATED');
        expect((await door.send(house(), 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
        expect((await door.send(house(), 'login', { username, password })).code).toBeNull();
      }
    const { client } = house().app.services.database;
    expect(await client.auditEvent.count({ where: { event: 'user.sessions_revoked' } })).toBe(3);
  });

  it('ends those too that a node whose clock is ahead has begun', async () => {
    house().clock.advance(300);
    const kate = await newPerson(house());
    const { code } = await runCommand(house(), ['sessions', 'end-all', '--json', '--yes']);
    expect(code).toBe(0);
    for (const door of doors) expect(await codeOf(door, house(), kate.accessToken)).toBe('UNAUTHENTICATED');
    expect((await rest.send(house(), 'refresh', { refreshToken: kate.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
  });
});

describe('gatehouse restore', () => {
  it('puts a backup back with every session ended, keeps what was there, and says what else came back', async () => {
    const folder = newFolder();
    const house = await openHouse('sqlite', {}, { databaseUrl: `file:${join(folder, 'gatehouse.db')}`, clock: new TestClock() });
    const { services } = house.app;
    const [kate, lars, mona] = [await newPerson(house), await newPerson(house), await newPerson(house)];
    const { id: clientId } = await newServiceClient(house);
    const { name } = await services.database.client.serviceClient.findUniqueOrThrow({ where: { id: clientId } });
    const { kid } = await services.keys.active();
    const backup = join(folder, 'backup.db');
    expect((await runCommand(house, ['backup', backup])).code).toBe(0);
    await rest.send(house, 'logout', {}, kate.accessToken);
    await services.users.disable(lars.id);
    await services.users.setRoles(mona.id, ['ADMIN']);
    await services.clients.remove(clientId);
    await services.keys.remove(kid);
    await newPerson(house);
    await house.close();

    // libsql keeps a file open in this process until the connection is collected: another one that nobody has open.
    const databaseUrl = `file:${join(newFolder(), 'gatehouse.db')}`;
    copyFileSync(sqliteFile(house.databaseUrl), sqliteFile(databaseUrl));
    const environment = { DATABASE_URL: databaseUrl, ...house.environment };
    const { code, stdout, stderr } = await runGatehouse(['restore', backup, '--json'], folder, environment);
    expect([code, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout) as { replaced: string };
    expect(report).toMatchObject({
      users: 3,
      endedSessions: 3,
      cameBack: {
        enabledUsers: [lars.username],
        deletedUsers: [],
        roles: [mona.username],
        passwords: [],
        addresses: [],
        removedKeys: [kid],
        deletedClients: [name],
        lostUsers: 1,
      },
    });
    expect(statSync(sqliteFile(databaseUrl)).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(sqliteFile(databaseUrl))).filter((file) => file.includes('restoring'))).toEqual([]);

    const again = await openHouse('sqlite', {}, { databaseUrl, clock: house.clock });
    try {
      for (const door of doors)
        for (const { username, password, accessToken, refreshToken } of [kate, lars, mona]) {
          expect(await codeOf(door, again, accessToken)).toBe('UNAUTHENTICATED');
          expect((await door.send(again, 'refresh', { refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
          expect((await door.send(again, 'login', { username, password })).code).toBeNull();
        }
    } finally {
      await again.close();
    }
    const kept = await openDatabase(`file:${report.replaced}`);
    expect(await kept.client.user.count()).toBe(4);
    await kept.close();
  });

  it('refuses while a gateway has the database open, and changes nothing', async () => {
    const folder = newFolder();
    const environment = { DATABASE_URL: `file:${join(folder, 'gatehouse.db')}` };
    const gateway = await startGateway(folder, environment);
    const backup = join(folder, 'backup.db');
    expect((await runGatehouse(['backup', backup], folder, environment)).code).toBe(0);
    const { code, stderr } = await runGatehouse(['restore', backup], folder, environment);
    expect([code, stderr]).toEqual([1, 'The database is open: stop the gateway, then restore.\n']);
    expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    expect(readdirSync(folder).filter((file) => /restoring|replaced/.test(file))).toEqual([]);
    await killGateway(gateway);
  });

  it.each([
    ['no database', (file: string) => writeFileSync(file, 'nothing of the kind'.repeat(300))],
    ['an empty file', (file: string) => writeFileSync(file, '')],
    ['no file', () => undefined],
  ] as const)('refuses what is %s, and changes nothing', async (_what, lay) => {
    const databaseUrl = await copyDatabase('sqlite');
    const backup = join(newFolder(), 'backup.db');
    lay(backup);
    const before = statSync(sqliteFile(databaseUrl)).ino;
    const { code, err } = await runCommand({ databaseUrl, environment: {} }, ['restore', backup]);
    expect([code, err]).toEqual([1, expect.stringMatching(/backup\.db|database/)]);
    expect(statSync(sqliteFile(databaseUrl)).ino).toBe(before);
    expect(existsSync(`${sqliteFile(databaseUrl)}.restoring`)).toBe(false);
  });

  it('of PostgreSQL says what to do instead', async () => {
    const databaseUrl = 'postgresql://localhost/gatehouse';
    const { code, err } = await runCommand({ databaseUrl, environment: { AUTH_SECRET: testSecret } }, ['restore', 'x']);
    expect([code, err]).toEqual([1, expect.stringMatching(/pg_restore.*gatehouse sessions end-all/)]);
  });
});
