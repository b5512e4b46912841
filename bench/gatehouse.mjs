// Gatehouse as a contender: a database, some people who are signed in, and as many nodes as are asked for.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fill } from './databases.mjs';
import { send } from './drive.mjs';
import { freePort, stop, untilAnswering } from './processes.mjs';

const own = new URL('../dist/main.js', import.meta.url).pathname;
export const password = 'a quiet garden gate';
const secret = randomBytes(32).toString('base64');
const unlimited = ['LOGIN', 'LOGIN_NETWORK', 'LOGIN_ACCOUNT', 'REGISTER_NETWORK', 'PASSWORD_CHECK', 'REFRESH'];

/** Its defaults, but for the limits of tries, which the bench would reach at once, and the cost of a hash. */
export const settings = (databaseUrl, folder, more = {}) => ({
  PATH: process.env.PATH,
  HOME: folder,
  DATABASE_URL: databaseUrl,
  PUBLIC_URL: 'http://gatehouse.test',
  AUTH_SECRET: secret,
  AUTH_ACCESS_TOKEN_SECONDS: '3600', // longer than the bench runs
  AUTH_BCRYPT_COST: '10',
  AUTH_SESSIONS_PER_USER: '10000',
  ...Object.fromEntries(unlimited.map((name) => [`AUTH_LIMIT_${name}`, '1000000'])),
  ...more,
});

/** Migrates, and makes the user of whom the others are copies. */
export function prepare(databaseUrl, folder, main = own, environment = {}) {
  const command = (args, input) =>
    execFileSync(process.execPath, [main, ...args], { env: settings(databaseUrl, folder, environment), cwd: folder, input });
  command(['migrate']);
  command(['user', 'create', 'seed', 'seed@example.com'], `${password}\n`);
}

/** A node. Its log lines are written, to /dev/null as a rule; the profiler's options come in by BENCH_NODE_OPTIONS. */
export async function startNode(databaseUrl, folder, more = {}, logFile = '/dev/null', main = own) {
  const begin = performance.now();
  const port = await freePort();
  const env = settings(databaseUrl, folder, { ...more, PORT: String(port) });
  const log = openSync(logFile, 'a');
  const options = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
  const child = spawn(process.execPath, [...options, main, 'start'], { env, cwd: folder, stdio: ['ignore', log, 'inherit'] });
  closeSync(log);
  const origin = `http://127.0.0.1:${port}`;
  await untilAnswering(`${origin}/health`, child);
  return { origin, pid: child.pid, child, firstAnswerSeconds: (performance.now() - begin) / 1000, stop: () => stop(child) };
}

/** Signs `count` people in: their tokens. */
export async function signIn(origin, count, names = (index) => `filler${index + 1}`) {
  const people = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await send(origin, { method: 'POST', path: '/v1/login', body: JSON.stringify({ username: names(index), password }) });
    if (answer.status !== 200) throw new Error(`login: ${answer.status} ${JSON.stringify(answer.body)}`);
    people.push(answer.body);
  }
  return people;
}

/**
 * The refresh tokens of the sessions that nobody has used, with the last time put two minutes back: each is due, and the gateway cannot tell it from
 * one that it gave out itself, because it has the same secret.
 */
export async function dueTokens(databaseUrl) {
  const load = createRequire(import.meta.url);
  const { createSecrets } = load('../dist/secrets.js');
  const { writeRefreshToken } = load('../dist/tokens/refresh-token.js');
  const database = await load('../dist/database/database.js').openDatabase(databaseUrl);
  const { session } = database.client;
  const first = await session.findFirst({ orderBy: { createdAt: 'asc' } });
  const unused = { createdAt: first.createdAt }; // the copies of it
  await session.updateMany({ where: unused, data: { rotatedAt: new Date(Date.now() - 120_000) } });
  const rows = await session.findMany({ where: unused, select: { id: true, refreshCounter: true, refreshSalt: true } });
  await database.close();
  const secrets = createSecrets([secret]);
  return rows.map(({ id, refreshCounter, refreshSalt }) =>
    writeRefreshToken({ sessionId: id, counter: refreshCounter, salt: refreshSalt }, secrets),
  );
}

const aScene = { users: 1_000, sessionsEach: 3, nodes: 1, people: 32, environment: {}, main: own };

/**
 * A database with its people: `sessionsEach` rows of sessions for each of `users`, and `people` who are signed in. `main`: of another checkout.
 */
export async function openScene(options) {
  const { databaseUrl, folder, users, sessionsEach, nodes, people, environment, main } = { ...aScene, ...options };
  prepare(databaseUrl, folder, main, environment);
  const start = () => startNode(databaseUrl, folder, environment, '/dev/null', main);
  const seeding = await start();
  await signIn(seeding.origin, 1, () => 'seed'); // the session that the others are copies of
  await seeding.stop(); // a million users take a while: its connections would have been closed meanwhile
  await fill(databaseUrl, users, sessionsEach);
  const all = await Promise.all(Array.from({ length: nodes }, start));
  const tokens = (await signIn(all[0].origin, people)).map(({ access_token }) => access_token);
  return {
    databaseUrl,
    nodes: all,
    origins: all.map(({ origin }) => origin),
    pids: all.map(({ pid }) => pid),
    tokens,
    stop: () => Promise.all(all.map((node) => node.stop())),
  };
}
