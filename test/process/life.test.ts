import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Connection from 'libsql';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { uniqueName } from '../support/doors';
import { type Gateway, killGateway, newFolder, startGateway } from '../support/process';
import { copyDatabase, type DatabaseKind } from '../support/stage';
import { until } from '../support/until';

const password = 'a quiet garden gate';

const send = (gateway: Gateway, path: string, body: unknown, token?: string) =>
  fetch(`${gateway.url}/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });

const environmentOn = async (kind: DatabaseKind) => ({
  DATABASE_URL: await copyDatabase(kind),
  AUTH_SECRET: randomBytes(32).toString('base64'),
  AUTH_LIMIT_REGISTER_NETWORK: '100000',
  PUBLIC_URL: 'http://gatehouse.test', // the issuer stays the same whatever the port
});

describe('SIGTERM under load', () => {
  it('turns /ready to 503 first, finishes the requests in flight, and ends with 0 within 10 s', async () => {
    const gateway = await startGateway(newFolder(), { ...(await environmentOn('sqlite')), AUTH_BCRYPT_COST: '11' });
    const register = () => {
      const username = uniqueName();
      return send(gateway, '/register', { username, email: `${username}@example.com`, password });
    };
    expect((await register()).status).toBe(201);
    const inFlight = Array.from({ length: 4 }, register);
    await untilBusy(gateway);
    gateway.child.kill('SIGTERM');
    const ask = async (path: string) => (await fetch(gateway.url + path)).status;
    let answers = [200, 200];
    await until('/ready says something else', async () => {
      answers = await Promise.all([ask('/ready'), ask('/health')]);
      return answers[0] !== 200;
    });
    expect(answers).toEqual([503, 200]); // it still lives, and serves
    const statuses = (await Promise.all(inFlight)).map(({ status }) => status); // each is answered: none finds its line cut
    expect(statuses).toContain(201);
    for (const status of statuses) expect([201, 503]).toContain(status); // 503: on a busy machine a hash may come too late
    expect(await gateway.finished).toMatchObject({ code: 0, signal: null, stderr: '' }); // past 10 s it would end itself, with 1
  });

  it('ends at once at the second signal', async () => {
    const gateway = await startGateway(newFolder(), await environmentOn('sqlite'));
    gateway.child.kill('SIGTERM');
    await until('/ready says 503', async () => (await fetch(`${gateway.url}/ready`)).status !== 200);
    gateway.child.kill('SIGTERM');
    expect(await gateway.finished).toMatchObject({ code: 1 });
  });

  /** A request that came after the others has been answered: they are inside. */
  async function untilBusy(gateway: Gateway): Promise<void> {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  }
});

describe('an error that nobody has caught', () => {
  it.each([
    ['uncaughtException', "throw new Error('by the test')"],
    ['unhandledRejection', "Promise.reject(new Error('by the test'))"],
  ])('%s is logged, and ends the process with 1, for a supervisor to start another', async (event, fault) => {
    const folder = newFolder();
    const program = join(folder, 'fault.cjs');
    writeFileSync(program, `process.on('SIGUSR2', () => { ${fault}; });`);
    const gateway = await startGateway(folder, { ...(await environmentOn('sqlite')), NODE_OPTIONS: `--require ${program}` });
    gateway.child.kill('SIGUSR2');
    const { code, stdout } = await gateway.finished;
    expect(code).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.startsWith('{"level":"fatal"'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ msg: event, defect: { type: 'Error', message: 'by the test' } }]);
  });
});

interface Account {
  readonly username: string;
  readonly token: string;
  loggedOut: boolean;
}

describe.each([
  ['sqlite', 5],
  ['postgresql', 3],
] as const)('kill -9 at random moments under writes, on %s', (kind, rounds) => {
  it('loses no registration and no logout that was acknowledged', async () => {
    const environment = await environmentOn(kind);
    const folder = newFolder();
    const acknowledged: Account[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const gateway = await startGateway(folder, environment);
      const clients = [1, 2, 3].map(() => writeUntilItEnds(gateway, acknowledged));
      const before = loggedOut(acknowledged);
      await until('somebody has logged out', () => loggedOut(acknowledged) > before, 100_000); // however slow the machine is
      await sleep(Math.random() * 400); // the moment is what is random here
      await killGateway(gateway);
      await Promise.all(clients);
    }

    expect(loggedOut(acknowledged)).toBeGreaterThanOrEqual(rounds);
    const gateway = await startGateway(folder, environment);
    const sample = acknowledged.filter((_, index) => index % Math.ceil(acknowledged.length / 40) === 0);
    for (const { username } of sample)
      await until(`${username} may log in`, async () => {
        const { status } = await send(gateway, '/login', { username, password });
        if (status !== 503) expect([username, status]).toEqual([username, 200]); // 503: busy, and says nothing of what was kept
        return status === 200;
      });
    for (const { username, token, loggedOut } of acknowledged) {
      const { status } = await fetch(`${gateway.url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } });
      // A logout that was sent but not answered may have happened.
      if (loggedOut) expect([username, status]).toEqual([username, 401]);
      else expect([200, 401]).toContain(status);
    }
    await killGateway(gateway);
    if (kind === 'sqlite') {
      const sqlite = new Connection(sqliteFile(environment.DATABASE_URL));
      expect(sqlite.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      sqlite.close();
    }
  }, 300_000);

  const loggedOut = (accounts: readonly Account[]): number => accounts.filter((account) => account.loggedOut).length;

  async function writeUntilItEnds(gateway: Gateway, acknowledged: Account[]): Promise<void> {
    try {
      for (;;) {
        const username = uniqueName();
        const response = await send(gateway, '/register', { username, email: `${username}@example.com`, password });
        if (response.status !== 201) {
          await sleep(50); // it is busy: who asks at once again keeps it so
          continue;
        }
        const { access_token: token } = (await response.json()) as { access_token: string };
        const account: Account = { username, token, loggedOut: false };
        acknowledged.push(account);
        const logout = await send(gateway, '/logout', {}, token);
        account.loggedOut = logout.status === 200;
      }
    } catch {
      // It was killed.
    }
  }
});
