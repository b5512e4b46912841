// Section R of the design: R1, R3, R4, R6, R7. R2 stands in mails.test.ts, R5 in start-gatehouse.test.ts, R8 in mark.test.ts.
import { get } from 'node:http';
import { Client } from 'pg';
import { placesOf } from '../../src/app/startup-banner';
import { runCommand } from '../support/command';
import { doors, newPerson, rest } from '../support/doors';
import { followEvents } from '../support/events';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { runSql } from '../support/postgresql';
import { killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { newServiceClient } from '../support/service-client';
import { ask, testMode } from '../support/test-mode';
import { until } from '../support/until';

const day = 86_400;

onBothDatabases(
  'Test mode',
  (house) => {
    it('R1 moves the clock: an access token expires, a refresh token works, and later does not', async () => {
      const kate = await newPerson(house());
      expect((await ask(house(), 'PUT', '/clock', { advanceSeconds: 16 * 60 })).body.offsetSeconds).toBeGreaterThanOrEqual(16 * 60);
      const expired = await rest.send(house(), 'profile', undefined, kate.accessToken);
      expect([expired.status, expired.body.reason]).toEqual([401, 'EXPIRED']);
      const refreshed = await rest.send(house(), 'refresh', { refreshToken: kate.refreshToken });
      expect(refreshed.code).toBeNull();
      expect((await rest.send(house(), 'profile', undefined, refreshed.body.accessToken)).code).toBeNull();
      await ask(house(), 'PUT', '/clock', { advanceSeconds: 31 * day });
      expect((await rest.send(house(), 'refresh', { refreshToken: refreshed.body.refreshToken })).code).toBe('INVALID_REFRESH_TOKEN');
    });

    it('goes forward alone, to a moment, by seconds, or not at all', async () => {
      const { body: before } = await ask(house(), 'GET', '/clock');
      const target = new Date(Date.parse(before.now) + 3_600_000).toISOString();
      expect((await ask(house(), 'PUT', '/clock', { now: target, frozen: true })).body.now).toBe(target);
      expect((await ask(house(), 'GET', '/clock')).body.now).toBe(target);
      expect((await ask(house(), 'PUT', '/clock', { advanceSeconds: 1.5 })).body.now).toBe(
        new Date(Date.parse(target) + 1_500).toISOString(),
      );
      expect((await ask(house(), 'PUT', '/clock', { frozen: false })).status).toBe(200);
      const back = await ask(house(), 'PUT', '/clock', { now: before.now });
      expect([back.status, back.body.issues]).toEqual([400, [{ path: 'now', message: 'is over: the clock goes forward alone' }]]);
      const far = await ask(house(), 'PUT', '/clock', { now: '9999-12-31T00:00:00Z' });
      expect([far.status, far.body.issues]).toEqual([400, [{ path: 'now', message: 'must be at most ten years ahead' }]]);
      for (const wrong of [{}, { advanceSeconds: -1 }, { now: 'tomorrow' }, { frozen: 'yes' }, { forward: 1 }, [], 'x', null])
        expect([wrong, (await ask(house(), 'PUT', '/clock', wrong)).status]).toEqual([wrong, 400]);
    });

    it('runs what has become due when it moves, and when it is asked to', async () => {
      const kate = await newPerson(house());
      await rest.send(house(), 'logout', undefined, kate.accessToken);
      await ask(house(), 'PUT', '/clock', { advanceSeconds: 400 * day });
      expect(await house().app.services.database.client.session.count({ where: { id: kate.sessionId } })).toBe(0); // purged
      expect((await ask(house(), 'POST', '/jobs')).body).toEqual({ jobs: expect.any(Array) });
    });

    it('makes users who are signed in', async () => {
      const { body } = await ask(house(), 'POST', '/users', { count: 2, roles: ['EDITOR'], password: 'a quiet garden gate' });
      expect(body.users).toHaveLength(2);
      for (const user of body.users) {
        expect(Object.keys(user)).toEqual(['id', 'username', 'email', 'password', 'access_token', 'refresh_token']);
        const profile = await rest.send(house(), 'profile', undefined, user.access_token);
        expect(profile.body).toMatchObject({ id: user.id, roles: ['EDITOR'], emailVerified: true });
        for (const door of doors)
          expect((await door.send(house(), 'login', { username: user.username, password: user.password })).code).toBeNull();
        expect((await rest.send(house(), 'refresh', { refreshToken: user.refresh_token })).code).toBeNull();
      }
      const { body: one } = await ask(house(), 'POST', '/users', { verified: false });
      expect((await rest.send(house(), 'profile', undefined, one.users[0].access_token)).body.emailVerified).toBe(false);
      for (const wrong of [{ count: 0 }, { count: 101 }, { roles: ['no good'] }, { password: 'short' }, { many: 1 }])
        expect([wrong, (await ask(house(), 'POST', '/users', wrong)).status]).toEqual([wrong, 400]);
    });

    it('R6 a reset empties every table but the keys: the same name registers again, and nothing is remembered', async () => {
      const kate = await newPerson(house(), { username: 'kate-again' });
      const keys = await house().app.services.database.client.signingKey.count();
      expect((await ask(house(), 'POST', '/reset')).body).toEqual({});
      for (const door of doors) expect((await door.send(house(), 'profile', undefined, kate.accessToken)).body.reason).toBe('REVOKED');
      expect((await rest.send(house(), 'login', kate)).code).toBe('BAD_USER_INPUT');
      const again = await newPerson(house(), { username: 'kate-again' });
      expect(again.id).not.toBe(kate.id);
      expect(await house().app.services.database.client.user.count()).toBe(1);
      expect(await house().app.services.database.client.signingKey.count()).toBe(keys);
      house().queries.length = 0;
      await ask(house(), 'POST', '/reset');
      expect(house().queries.length).toBeLessThan(100); // it is as quick with a million rows: a few statements a table
    });

    it('R7 a fault that is ordered hits so many calls, of either door, and no other', async () => {
      const [graphql, overRest] = doors;
      const kate = await newPerson(house());
      expect((await ask(house(), 'POST', '/faults', { operation: 'profile', code: 'UNAVAILABLE', times: 3 })).body).toEqual({
        faults: [{ operation: 'profile', code: 'UNAVAILABLE', times: 3 }],
      });
      const codes: (string | null | undefined)[] = [];
      for (const door of [graphql, overRest, graphql, overRest, graphql])
        codes.push((await door?.send(house(), 'profile', undefined, kate.accessToken))?.code);
      expect(codes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', null, null]);
      expect((await rest.send(house(), 'sessions', undefined, kate.accessToken)).code).toBeNull();
      await ask(house(), 'POST', '/faults', { operation: 'login', code: 'RATE_LIMITED', times: 1_000 });
      expect((await rest.send(house(), 'login', { username: kate.username, password: kate.password })).status).toBe(429);
      expect((await ask(house(), 'POST', '/faults', { operation: 'login', code: 'RATE_LIMITED', times: 0 })).body).toEqual({ faults: [] });
      expect((await rest.send(house(), 'login', { username: kate.username, password: kate.password })).code).toBeNull();
      for (const wrong of [{ operation: 'nothing', code: 'UNAVAILABLE' }, { operation: 'login', code: 'TEAPOT' }, { operation: 'login' }])
        expect([wrong, (await ask(house(), 'POST', '/faults', wrong)).status]).toEqual([wrong, 400]);
    });

    it('is told by every answer, and by a line in the log', async () => {
      for (const path of ['/health', '/v1/profile', '/nowhere', '/graphql'])
        expect((await fetch(house().url + path)).headers.get('x-gatehouse-test-mode')).toBe('1');
      expect((await ask(house(), 'GET', '/clock')).headers.get('x-gatehouse-test-mode')).toBe('1');
      expect(house().log.filter(({ level, msg }) => level === 'warn' && msg.startsWith('TEST MODE'))).toHaveLength(1);
    });

    it('answers to this machine alone: no other Host, no page of somewhere else, no other path or method', async () => {
      const toHost = (host: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const options = { port: house().app.testPort, path: '/test/clock', headers: { host } };
          get(options, (response) => resolve(response.resume().statusCode)).once('error', reject);
        });
      expect(await Promise.all(['evil.example', 'localhost.evil.example', 'localhost:4010', '127.0.0.1', '[::1]:1'].map(toHost))).toEqual([
        403, 403, 200, 200, 200,
      ]);
      expect((await ask(house(), 'GET', '/clock', undefined, { origin: 'https://evil.example' })).status).toBe(403);
      expect((await ask(house(), 'GET', '/clock', undefined, { origin: 'http://localhost:3000' })).status).toBe(200);
      expect((await ask(house(), 'GET', '/nothing')).status).toBe(404);
      const { status } = await new Promise<{ status: number | undefined }>((resolve, reject) => {
        const options = { port: house().app.testPort, path: '//', headers: { host: 'localhost' } };
        get(options, (response) => resolve({ status: response.resume().statusCode })).once('error', reject);
      });
      expect(status).toBe(404);
      const wrong = await ask(house(), 'POST', '/clock');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, PUT']);
      const large = await ask(house(), 'PUT', '/clock', { now: 'x'.repeat(200_000) });
      expect(large.status).toBe(413);
      expect((await fetch(`${house().url}/test/clock`)).status).toBe(404); // it is on a port of its own
    });
  },
  testMode,
);

describe('on two nodes', () => {
  let first: House;
  let second: House;
  beforeAll(async () => {
    first = await openHouse('postgresql', testMode);
    second = await openHouse('postgresql', testMode, first);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });
  const publishTo = (topic: 'clock', ids: readonly string[]) => {
    const { database } = first.app.services;
    return database.transaction((queries) => database.notices.publish(queries, topic, ids));
  };

  it('a moved clock is the same on each, and after a restart', async () => {
    const kate = await newPerson(first);
    expect((await rest.send(second, 'profile', undefined, kate.accessToken)).code).toBeNull();
    await ask(first, 'PUT', '/clock', { advanceSeconds: 16 * 60 });
    expect((await rest.send(second, 'profile', undefined, kate.accessToken)).body.reason).toBe('EXPIRED');
    await ask(second, 'PUT', '/clock', { advanceSeconds: 60 });
    expect((await ask(first, 'GET', '/clock')).body.offsetSeconds).toBeCloseTo(17 * 60, 0);
    await second.close();
    second = await openHouse('postgresql', testMode, first);
    expect((await ask(second, 'GET', '/clock')).body.offsetSeconds).toBeCloseTo(17 * 60, 0);
  });

  it('of two moves the later one counts, in whatever order a node hears of them', async () => {
    await ask(first, 'PUT', '/clock', { advanceSeconds: 1, frozen: true });
    const { now } = (await ask(second, 'GET', '/clock')).body;
    const heard = new Promise((resolve) => second.app.services.database.notices.subscribe('clock', resolve));
    await publishTo('clock', ['1', '999999999', '7']); // the first move of all, frozen at another moment, and far ahead
    await heard;
    expect((await ask(second, 'GET', '/clock')).body.now).toBe(now);
    await ask(first, 'PUT', '/clock', { frozen: false });
  });

  it('the clock is moved when the job that is under way has ended: its lease is a time of this clock', async () => {
    await ask(first, 'PUT', '/clock', { advanceSeconds: 3_600 });
    const { offsetSeconds } = (await ask(first, 'GET', '/clock')).body;
    const locked = new Client({ connectionString: first.databaseUrl });
    await locked.connect();
    await locked.query('BEGIN; LOCK TABLE attempts');
    await locked.query(`UPDATE jobs SET "finishedAt" = NULL WHERE name = 'purge-attempts'; COMMIT; BEGIN; LOCK TABLE attempts`);
    const jobs = ask(first, 'POST', '/jobs');
    await until('the job waits', async () => {
      const [row] = await runSql(first.databaseUrl, `SELECT count(*) AS n FROM pg_locks WHERE NOT granted`);
      return Number(row?.n) > 0;
    });
    const moved = ask(first, 'PUT', '/clock', { advanceSeconds: 3_600 });
    for (let look = 0; look < 20; look += 1)
      expect((await ask(first, 'GET', '/clock')).body.offsetSeconds).toBeLessThan(offsetSeconds + 60);
    await locked.query('COMMIT');
    await locked.end();
    expect((await jobs).body.jobs).toContain('purge-attempts');
    expect((await moved).body.offsetSeconds).toBeGreaterThan(offsetSeconds + 3_500);
  });

  it('a reset is one on each: no session, role or service client is remembered', async () => {
    const newEditor = async () => (await ask(first, 'POST', '/users', { roles: ['EDITOR'] })).body.users[0].access_token as string;
    const permissions = async (token: string) => (await rest.send(second, 'profile', undefined, token)).body.permissions;
    const client = await newServiceClient(first);
    const stream = await followEvents(second, client.authorization);
    expect((await runCommand(first, ['role', 'set', 'EDITOR', 'orders:read'])).code).toBe(0);
    const kate = await newEditor();
    expect(await permissions(kate)).toEqual(['orders:read']);
    expect((await ask(first, 'POST', '/reset')).status).toBe(200);
    expect((await rest.send(second, 'profile', undefined, kate)).body.reason).toBe('REVOKED');
    await stream.ended; // whoever is gone follows nothing
    expect(await permissions(await newEditor())).toEqual([]);
  });
});

it('says everywhere that mails go nowhere, though AUTH_MAIL_URL names a folder', async () => {
  const house = await openHouse('sqlite', { ...testMode, AUTH_MAIL_URL: 'file:data/mail' });
  const page = await (await fetch(house.url, { headers: { accept: 'text/html' } })).text();
  expect(page).toContain('Nobody gets a mail: each is kept for <code>/test/mails</code>.');
  expect(page).not.toContain('data/mail');
  expect((await fetch(`${house.url}/mailbox`)).status).toBe(404);
  const { out } = await runCommand(house, ['config', 'check']);
  expect(/AUTH_MAIL_URL .*/.exec(out)?.[0]).toMatch(/ nowhere: test mode keeps them for \/test\/mails$/);
  const { mail, mailbox } = placesOf(house.app.services.config, house.app, null);
  expect([mail, mailbox]).toEqual(['nowhere: test mode keeps them for /test/mails', undefined]);
  await house.close();
});

describe('R3 test mode stops the start', () => {
  it.each([
    [
      'in production',
      { NODE_ENV: 'production', AUTH_SECRET: 'J8sV0aQxY3mK5pRtW7zB2nD4fG6hL9cE1iO0uT8yS6w=' },
      'must not be on in production',
    ],
    ['on a host that is no loopback', { HOST: '0.0.0.0' }, 'must not be on where HOST is not a loopback address'],
    ['on a name that is no loopback', { HOST: 'gatehouse.example' }, 'must not be on where HOST is not a loopback address'],
  ])('%s', async (_what, environment, words) => {
    const { code, stderr } = await runGatehouse(['start'], newFolder(), { ...testMode, PORT: '0', ...environment });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`AUTH_TEST_MODE ${words}`)]);
  });
});

it('R4 without it there is no /test, no header, and nothing listens', async () => {
  const folder = newFolder();
  const gateway = await startGateway(folder, { AUTH_TEST_PORT: '48317' });
  for (const path of ['/test/clock', '/test/mails', '/test']) expect((await fetch(gateway.url + path)).status).toBe(404);
  expect((await fetch(`${gateway.url}/health`)).headers.get('x-gatehouse-test-mode')).toBeNull();
  await expect(fetch('http://127.0.0.1:48317/test/clock')).rejects.toThrow();
  await killGateway(gateway);
});
