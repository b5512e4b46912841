// Who is compared: how each is started, and what is asked of it. A request has nothing that another contender would not need.
import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import bcrypt from 'bcryptjs';
import Database from 'libsql';
import { send } from './drive.mjs';
import { openScene, password } from './gatehouse.mjs';
import { startContender } from './processes.mjs';

const query = JSON.stringify({ query: '{ me { id username email createdAt } }' });
const json = { 'content-type': 'application/json' };
const bearer = (token) => ({ authorization: `Bearer ${token}` });

const profileOf = (token) => ({ path: '/v1/profile', headers: bearer(token) });
const verifyOf = (token) => ({ path: '/v1/verify', headers: bearer(token) });
const meOf = (token) => ({ method: 'POST', path: '/graphql', headers: { ...json, ...bearer(token) }, body: query });
const logInAs = (username) => ({ method: 'POST', path: '/v1/login', headers: json, body: JSON.stringify({ username, password }) });
const names = Array.from({ length: 200 }, (_, index) => `filler${index + 1}`);

/** Of the gateway's tokens here. */
const lengthOfToken = 550;
/** As many as the gateway is shown, and as long. */
const lookalikes = Array.from({ length: 32 }, () => randomBytes(lengthOfToken).toString('base64url').slice(0, lengthOfToken));

/** A contender that checks nothing, in `count` processes. */
async function plain(name, requests, { args = [], count = 1 } = {}) {
  const nodes = [];
  for (let index = 0; index < count; index += 1) nodes.push(await startContender(name, args));
  const stop = () => Promise.all(nodes.map((node) => node.stop()));
  return { nodes, origins: nodes.map(({ origin }) => origin), pids: nodes.map(({ pid }) => pid), stop, requests };
}

export const contenders = {
  fastify: { title: 'bare Fastify route', open: () => plain('fastify', { profile: [{ path: '/v1/profile' }] }) },
  // Whatever a collection does to process.nextTick (docs/decisions/018): the ceiling that does not change in the middle of a run.
  'fastify-kept': {
    title: 'bare Fastify route, one tick object kept',
    open: () => plain('fastify', { profile: [{ path: '/v1/profile' }] }, { args: ['--keep-tick-object'] }),
  },
  // What a second process is worth where driver and servers share two cores.
  'fastify-2': {
    title: 'bare Fastify route, two processes',
    open: () => plain('fastify', { profile: [{ path: '/v1/profile' }] }, { count: 2 }),
  },
  // What it costs to be sent a token and not to look at it.
  'fastify-token': { title: 'bare Fastify route, sent a token', open: () => plain('fastify', { profile: lookalikes.map(profileOf) }) },
  'apollo-fastify': {
    title: 'bare Apollo Server on Fastify',
    open: () => plain('apollo-fastify', { me: [{ method: 'POST', path: '/graphql', headers: json, body: query }] }),
  },
  'apollo-express': {
    title: 'bare Apollo Server on Express',
    open: () => plain('apollo-express', { me: [{ method: 'POST', path: '/graphql', headers: json, body: query }] }),
  },
  tutorial: { title: 'tutorial stack', open: openTutorial },
  'better-auth': { title: 'better-auth', open: openBetterAuth },
  gatehouse: {
    title: 'Gatehouse, SQLite',
    open: (stage) =>
      openGatehouse({ databaseUrl: `file:${join(stage.folder, 'gatehouse.db')}`, folder: stage.folder, people: stage.people }),
  },
  // `--other DIR`: another checkout, built. What a change costs is seen in one run, in turn with what was before.
  'gatehouse-other': {
    title: 'Gatehouse, SQLite, the other checkout',
    needsOther: true,
    open: ({ folder, people, other }) =>
      openGatehouse({ databaseUrl: `file:${join(folder, 'other.db')}`, folder, people, main: join(other, 'dist/main.js') }),
  },
  'gatehouse-quiet-log': {
    title: 'Gatehouse, SQLite, AUTH_LOG_LEVEL=warn',
    open: (stage) =>
      openGatehouse({
        databaseUrl: `file:${join(stage.folder, 'quiet.db')}`,
        folder: stage.folder,
        environment: { AUTH_LOG_LEVEL: 'warn' },
      }),
  },
  // What a log-in costs by each of the two hashes, as they are set by default.
  'bcrypt-12': { title: 'bcrypt, cost 12', only: 'hashes', open: (stage) => openHashing(stage, 'bcrypt', { AUTH_BCRYPT_COST: '12' }) },
  argon2id: {
    title: 'Argon2id, 19 MiB, 2 passes',
    only: 'hashes',
    open: (stage) => openHashing(stage, 'argon2id', { AUTH_PASSWORD_HASH: 'argon2id' }),
  },
  'gatehouse-shell': { title: 'Gatehouse, `/health`: no token, the rest of the way', open: openShell },
  postgresql: { title: 'Gatehouse, PostgreSQL', needsPostgresql: true, open: (stage) => onPostgresql(stage, 'one', 1) },
  'postgresql-2': { title: 'Gatehouse, PostgreSQL, two nodes', needsPostgresql: true, open: (stage) => onPostgresql(stage, 'two', 2) },
  'postgresql-2-tick': {
    title: 'Gatehouse, PostgreSQL, two nodes, a query a tick',
    needsPostgresql: true,
    open: (stage) => onPostgresql(stage, 'tick', 2, { AUTH_LEASE_MS: '0' }),
  },
};

const onPostgresql = async ({ postgresql, folder }, name, nodes, environment = {}) =>
  openGatehouse({ databaseUrl: await postgresql.create(name), folder, nodes, environment });

async function openGatehouse(options) {
  const scene = await openScene(options);
  const { tokens } = scene;
  const requests = { profile: tokens.map(profileOf), verify: tokens.map(verifyOf), me: tokens.map(meOf), login: names.map(logInAs) };
  return {
    ...scene,
    requests,
    hashing: 'bcrypt, cost 10',
    logOut: (token, origin) => send(origin, { method: 'POST', path: '/v1/logout', headers: bearer(token) }),
    ...signInWith(logInAs),
    profileOf,
  };
}

async function openHashing({ folder }, name, environment) {
  const { nodes, origins, pids, stop } = await openScene({
    databaseUrl: `file:${join(folder, `${name}.db`)}`,
    folder,
    people: 0,
    environment,
  });
  return { nodes, origins, pids, stop, requests: { hashes: names.map(logInAs) } };
}

/** What each answer of the gateway costs before anything is checked: request id, headers, log line, its hooks. */
async function openShell({ folder }) {
  const { nodes, origins, pids, stop } = await openScene({ databaseUrl: `file:${join(folder, 'shell.db')}`, folder, people: 0 });
  return { nodes, origins, pids, stop, requests: { profile: [{ path: '/health' }] } };
}

const signInWith = (logIn) => ({
  signIn: async (origin, name) => {
    const { status, body } = await send(origin, logIn(name));
    if (status !== 200) throw new Error(`login: ${status}`);
    return body.access_token;
  },
});

/** On a copy of Gatehouse's database, with bcrypt hashes as the tutorials make them. */
async function openTutorial({ folder, seeded }) {
  const file = join(folder, 'tutorial.db');
  copyFileSync(await seeded(), file);
  const database = new Database(file);
  database.prepare('UPDATE users SET passwordHash = ?').run(bcrypt.hashSync(password, 10));
  database.close();
  const server = await startContender('tutorial', [file]);
  const { signIn } = signInWith(logInAs);
  const tokens = [];
  for (const name of names.slice(0, 32)) tokens.push(await signIn(server.origin, name));
  return {
    nodes: [server],
    origins: [server.origin],
    pids: [server.pid],
    stop: server.stop,
    tokens,
    requests: { profile: tokens.map(profileOf), me: tokens.map(meOf), login: names.map(logInAs) },
    hashing: 'bcrypt, cost 10',
    signIn,
    logOut: (token, origin) => send(origin, { method: 'POST', path: '/v1/logout', headers: bearer(token) }),
    profileOf,
  };
}

async function openBetterAuth({ folder }) {
  const server = await startContender('better-auth', [join(folder, 'better-auth.db')]);
  const { origin } = server;
  const cookies = [];
  const people = names.slice(0, 32);
  const emailOf = (name) => `${name}@example.com`;
  const cookieOf = ({ status, headers, body }) => {
    if (status !== 200) throw new Error(`better-auth: ${status} ${JSON.stringify(body)}`);
    return headers
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; ');
  };
  const post = (path, body, headers = {}) => ({
    method: 'POST',
    path,
    headers: { ...json, origin: 'http://127.0.0.1', ...headers },
    body: JSON.stringify(body),
  });
  for (const name of people)
    cookies.push(cookieOf(await send(origin, post('/api/auth/sign-up/email', { name, email: emailOf(name), password }))));
  const logIn = (name) => post('/api/auth/sign-in/email', { email: emailOf(name), password });
  const profile = (cookie) => ({ path: '/api/auth/get-session', headers: { cookie } });
  return {
    nodes: [server],
    origins: [origin],
    pids: [server.pid],
    stop: server.stop,
    tokens: cookies,
    requests: { profile: cookies.map(profile), login: people.map(logIn) },
    hashing: 'scrypt, its own',
    signIn: async (at, name) => cookieOf(await send(at, logIn(name))),
    logOut: (cookie, at) => send(at, post('/api/auth/sign-out', {}, { cookie })),
    profileOf: profile,
    /** It answers 200 with `null` where nobody is signed in. */
    isRefused: ({ status, body }) => status === 401 || body === null,
  };
}
