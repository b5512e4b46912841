import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Gateway, killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { databaseKinds, emptyDatabase } from '../support/stage';

const kate = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
const post = (gateway: Gateway, path: string, body: unknown) =>
  fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const keysOf = async (gateway: Gateway) => (await fetch(`${gateway.url}/.well-known/jwks.json`)).json();

describe('the first start', () => {
  it('makes the data folder and the secret for this user alone, prints where things are, and a second start keeps all', async () => {
    const folder = newFolder();
    const first = await startGateway(folder);
    const port = new URL(first.url).port;
    for (const line of [
      `GraphQL  http://localhost:${port}/graphql`,
      `REST     http://localhost:${port}/v1`,
      `Health   http://localhost:${port}/health`,
    ])
      expect(first.stdout()).toContain(line);
    expect(first.stdout()).toContain(`Data     ${join(folder, 'data', 'gatehouse.db')}`);

    const data = join(folder, 'data');
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(mode(data)).toBe('700');
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['auth-secret', 'gatehouse.db']));
    for (const name of readdirSync(data)) expect([name, mode(join(data, name))]).toEqual([name, '600']);

    const registered = (await (await post(first, '/v1/register', kate)).json()) as { access_token: string; refresh_token: string };
    const keys = await keysOf(first);
    first.child.kill('SIGTERM');
    expect(await first.finished).toMatchObject({ code: 0 });

    const second = await startGateway(folder);
    expect(await keysOf(second)).toEqual(keys);
    expect((await post(second, '/v1/login', { username: 'kate', password: kate.password })).status).toBe(200);
    const profile = await fetch(`${second.url}/v1/profile`, { headers: { authorization: `Bearer ${registered.access_token}` } });
    // The issuer is the URL with its port, and that is another one now: the session is the same.
    expect([200, 401]).toContain(profile.status);
    expect((await post(second, '/v1/refresh', { refresh_token: registered.refresh_token })).status).toBe(200);
    expect(first.stdout() + first.stderr() + second.stdout() + second.stderr()).not.toContain(kate.password);
    await killGateway(second);
  });
});

describe('in development, the first start', () => {
  const demoOf = (gateway: Gateway) => /as (demo) with (\S+) \(/.exec(gateway.stdout());

  it('makes a demo user with a random password, printed once, who can log in', async () => {
    const folder = newFolder();
    const first = await startGateway(folder, { AUTH_DEMO_USER: '' });
    const [, username, password] = demoOf(first) ?? [];
    expect((await post(first, '/v1/login', { username, password })).status).toBe(200);
    expect(first.stdout().split(password as string)).toHaveLength(2); // not in the log
    await killGateway(first);
    const second = await startGateway(folder, { AUTH_DEMO_USER: '' });
    expect(demoOf(second)).toBeNull();
    expect((await post(second, '/v1/login', { username, password })).status).toBe(200);
    await killGateway(second);
  });

  it('makes none with AUTH_DEMO_USER=off, and none in production', async () => {
    const production = { NODE_ENV: 'production', AUTH_SECRET: randomBytes(32).toString('base64') };
    for (const environment of [{ AUTH_DEMO_USER: 'off' }, { AUTH_DEMO_USER: '', ...production }]) {
      const gateway = await startGateway(newFolder(), environment);
      expect(demoOf(gateway)).toBeNull();
      expect((await post(gateway, '/v1/register', { ...kate, username: 'demo' })).status).toBe(201);
      await killGateway(gateway);
    }
  });
});

it.each(databaseKinds)('of three first starts at once on %s, one makes the demo user', async (kind) => {
  const shared = { DATABASE_URL: await emptyDatabase(kind), AUTH_SECRET: randomBytes(32).toString('base64'), AUTH_DEMO_USER: 'on' };
  const gateways = await Promise.all([1, 2, 3].map(() => startGateway(newFolder(), shared)));
  expect(gateways.filter((gateway) => gateway.stdout().includes('as demo with'))).toHaveLength(1);
  await Promise.all(gateways.map(killGateway));
});

it('with --json, standard output is one JSON value, and the log is on standard error', async () => {
  const gateway = await startGateway(newFolder(), { AUTH_DEMO_USER: 'on' }, ['--json']);
  await fetch(`${gateway.url}/v1/profile`);
  gateway.child.kill('SIGTERM');
  const { stdout, stderr } = await gateway.finished;
  const port = new URL(gateway.url).port;
  expect(JSON.parse(stdout)).toMatchObject({
    home: `http://localhost:${port}/`,
    graphql: `http://localhost:${port}/graphql`,
    explorer: `http://localhost:${port}/explorer`,
    rest: `http://localhost:${port}/v1`,
    data: expect.stringContaining('gatehouse.db'),
    mail: 'file:./data/mail',
    mailbox: `http://localhost:${port}/mailbox`,
    demoUser: { username: 'demo', password: expect.any(String) },
  });
  expect(stderr).toContain('/v1/profile');
});

describe('a wrong setting', () => {
  it('ends the start with exit code 1, every fault, and no value', async () => {
    const folder = newFolder();
    const { code, stdout, stderr } = await runGatehouse(['start'], folder, {
      PORT: 'port-canary',
      AUTH_BCRYPT_COST: '9',
      AUTH_SECRET: 'secret-canary',
      AUTH_TRUST_PROXY: 'true',
      NODE_ENV: 'production',
    });
    expect([code, stdout]).toEqual([1, '']);
    for (const variable of ['PORT', 'AUTH_BCRYPT_COST', 'AUTH_SECRET', 'AUTH_TRUST_PROXY'])
      expect(stderr).toMatch(new RegExp(`^ {2}${variable} must `, 'm'));
    expect(stderr).not.toContain('canary');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('is told apart from a port that is in use', async () => {
    const gateway = await startGateway(newFolder());
    const { port } = new URL(gateway.url);
    const { code, stderr } = await runGatehouse(['start'], newFolder(), { PORT: port });
    expect(code).toBe(1);
    expect(stderr).toContain(`the port ${port} is in use; set PORT`);
    await killGateway(gateway);
  });

  it('is told apart from a database that does not answer', async () => {
    const environment = {
      DATABASE_URL: 'postgresql://kate:url-canary@127.0.0.1:1/gatehouse',
      AUTH_SECRET: randomBytes(32).toString('base64'),
    };
    const { code, stdout, stderr } = await runGatehouse(['start'], newFolder(), environment);
    expect(code).toBe(1);
    expect(stderr).toContain('the database does not answer');
    expect(stdout + stderr).not.toContain('canary');
  });
});

it('what may be a mistake is warned of: a variable that nobody knows, and introspection in production', async () => {
  const production = { NODE_ENV: 'production', AUTH_SECRET: randomBytes(32).toString('base64'), AUTH_INTROSPECTION: 'on' };
  const gateway = await startGateway(newFolder(), { ...production, AUTH_DEMO_USER: '', AUTH_BCRYPT_COSTS: '11' });
  expect(gateway.stdout()).toContain('GraphQL introspection is on in production');
  expect(gateway.stdout()).toContain('AUTH_BCRYPT_COSTS is not a setting of Gatehouse; did you mean AUTH_BCRYPT_COST?');
  await killGateway(gateway);
});

describe.each(databaseKinds)('twenty starts at once on one empty database, %s', (kind) => {
  it('all succeed, with one key and one schema', async () => {
    const DATABASE_URL = await emptyDatabase(kind);
    const AUTH_SECRET = randomBytes(32).toString('base64');
    const folder = newFolder();
    const starts = Array.from({ length: 20 }, () => startGateway(folder, { DATABASE_URL, AUTH_SECRET, AUTH_HASH_THREADS: '1' }));
    const settled = await Promise.allSettled(starts);
    expect(settled.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []))).toEqual([]);
    const gateways = await Promise.all(starts);
    try {
      expect((await post(gateways[0] as Gateway, '/v1/register', kate)).status).toBe(201);
      expect((await post(gateways[19] as Gateway, '/v1/login', { username: 'kate', password: kate.password })).status).toBe(200);
      const keys = await Promise.all(gateways.map(keysOf));
      expect(new Set(keys.map((set) => JSON.stringify(set))).size).toBe(1);
      for (const gateway of gateways) expect((await fetch(`${gateway.url}/ready`)).status).toBe(200);
    } finally {
      await Promise.all(gateways.map(killGateway));
    }
  }, 300_000);
});
