// Section R of the design: R1, R3, R4, R6, R7, R8. R2 stands in test/test-mode/mails.test.ts, R5 in test/test-mode/start-gatehouse.test.ts.
import { get } from 'node:http';
import { doors, newPerson, rest } from '../support/doors';
import { type House, onBothDatabases, openHouse } from '../support/house';
import { killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { databaseKinds } from '../support/stage';

const testMode = { AUTH_TEST_MODE: 'on', AUTH_TEST_PORT: '0' };

const ask = async (house: House, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`http://127.0.0.1:${house.app.testPort}/test${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};
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
      const took: number[] = [];
      for (let turn = 0; turn < 5; turn += 1) {
        const startedAt = performance.now();
        await ask(house(), 'POST', '/reset');
        took.push(performance.now() - startedAt);
      }
      expect(Math.min(...took)).toBeLessThan(1_000); // a tenth of that on a machine that has time
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
      const wrong = await ask(house(), 'POST', '/clock');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, PUT']);
      const large = await ask(house(), 'PUT', '/clock', { now: 'x'.repeat(200_000) });
      expect(large.status).toBe(413);
      expect((await fetch(`${house().url}/test/clock`)).status).toBe(404); // it is on a port of its own
    });
  },
  testMode,
);

it('a moved clock is the same on every node, and after a restart', async () => {
  const first = await openHouse('postgresql', testMode);
  const second = await openHouse('postgresql', testMode, first);
  const kate = await newPerson(first);
  expect((await rest.send(second, 'profile', undefined, kate.accessToken)).code).toBeNull();
  await ask(first, 'PUT', '/clock', { advanceSeconds: 16 * 60 });
  expect((await rest.send(second, 'profile', undefined, kate.accessToken)).body.reason).toBe('EXPIRED');
  await ask(second, 'PUT', '/clock', { advanceSeconds: 60 });
  expect((await ask(first, 'GET', '/clock')).body.offsetSeconds).toBeCloseTo(17 * 60, 0);
  await second.close();
  const third = await openHouse('postgresql', testMode, first);
  expect((await ask(third, 'GET', '/clock')).body.offsetSeconds).toBeCloseTo(17 * 60, 0);
  await third.close();
  await first.close();
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

describe.each(databaseKinds)('R8 on %s', (kind) => {
  it('a database that holds a user who was not made in test mode is refused, and nothing of it is touched', async () => {
    const real = await openHouse(kind);
    const kate = await newPerson(real);
    await expect(openHouse(kind, testMode, real)).rejects.toThrow('users who were not made in test mode');
    expect((await rest.send(real, 'profile', undefined, kate.accessToken)).code).toBeNull();
    await real.close();
  });

  it('a database of tests stays one, until a gateway without test mode serves it', async () => {
    const first = await openHouse(kind, testMode);
    await newPerson(first);
    await first.close();
    const second = await openHouse(kind, testMode, first);
    await second.close();
    const real = await openHouse(kind, {}, first);
    await real.close();
    await expect(openHouse(kind, testMode, first)).rejects.toThrow('users who were not made in test mode');
  });
});
