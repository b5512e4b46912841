// Whether anything that was revoked is ever accepted after the revocation was answered: two nodes on one PostgreSQL, random
// interleavings of log-in, refresh, log-out, disabling, nodes that are stopped (SIGSTOP) and lines to the database that are
// cut or hang, with a ledger of what was answered.
//
//   npm run build && node bench/strict.mjs [--rounds 10000] [--seed N] [--lease MS] [--database URL] [--log FILE]
//
// The ledger is this process: what it has been answered before it sends a request happened before that request. A session is put down as
// ended when the answer that ended it is here; a request that is sent after that must not be answered with 200, by either node, however
// long it has been stopped or cut off. Ends with 1 at the first one that is. Without --database it starts a PostgreSQL of its own.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPostgresql } from './databases.mjs';
import { password, prepare, settings, startNode } from './gatehouse.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    lease: { type: 'string', default: '400' },
    database: { type: 'string' },
    log: { type: 'string' },
    actors: { type: 'string', default: '12' },
  },
});
const rounds = Number(values.rounds);
const random = seededRandom(Number(values.seed));
const pick = (items) => items[Math.floor(random() * items.length)];
const chance = (share) => random() < share;

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-strict-'));
const postgresql = values.database ? null : await startPostgresql();
const databaseUrl = values.database ?? (await postgresql.create('strict'));
const environment = { AUTH_LEASE_MS: values.lease, AUTH_LOG_LEVEL: 'warn' };
const cleanUp = [() => rmSync(folder, { recursive: true, force: true }), () => postgresql?.stop()];

/** Sessions by id; of each its tokens, and whose it is. */
const sessions = new Map();
const ended = new Set();
const counts = { accepted: 0, refusedAsEnded: 0, unavailable: 0, unanswered: 0, stops: 0, cuts: 0, ends: 0, logins: 0, refreshes: 0 };
const violations = [];
let done = rounds;

const tokenOf = (id) => sessions.get(id).tokens.at(-1);
const ofSameUser = (id) => [...sessions].filter(([, { username }]) => username === sessions.get(id).username).map(([other]) => other);

try {
  await run();
} finally {
  for (const undo of cleanUp.reverse()) await undo();
}
const report = { rounds: done, seed: Number(values.seed), leaseMs: Number(values.lease), ...counts, violations: violations.length };
process.stdout.write(`${JSON.stringify(report)}\n`);
for (const violation of violations.slice(0, 10)) process.stderr.write(`${JSON.stringify(violation)}\n`);
// A run in which nothing was accepted, or nothing ended, has shown nothing.
process.exit(violations.length > 0 || counts.accepted === 0 || counts.ends === 0 ? 1 : 0);

async function run() {
  prepare(databaseUrl, folder);
  const nodes = [];
  for (let index = 0; index < 2; index += 1) {
    const line = await openLine(databaseUrl);
    cleanUp.push(line.close);
    const node = await startNode(line.url, folder, environment, values.log);
    cleanUp.push(node.stop);
    nodes.push({ ...node, line, isStopped: false });
  }
  const operators = [await openOperator(true), await openOperator(false)];
  const people = Array.from({ length: 4 }, (_, index) => `person${index}`);
  for (const name of people)
    await ask(nodes[0], 'POST', '/v1/register', undefined, { username: name, email: `${name}@example.com`, password });

  let left = rounds;
  // Told to stop, it tells what it has seen so far, and leaves nothing running.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      done = rounds - left;
      left = 0;
    });
  const actors = Array.from({ length: Number(values.actors) }, async () => {
    while (left > 0 && violations.length === 0) {
      left -= 1;
      if (left % 500 === 0) process.stderr.write(`${left} rounds left, ${counts.ends} ends, ${counts.accepted} accepted\n`);
      await act(nodes, operators, people).catch((error) => {
        left = 0; // the others finish, and then this is told
        throw error;
      });
    }
  });
  const chaos = disturb(nodes, () => left > 0 && violations.length === 0);
  const results = await Promise.allSettled([...actors, chaos]);
  for (const { reason } of results) if (reason) throw reason;
  await sleep(Number(values.lease) * 2 + 500);
  // Whole again, every node accepts what has not ended, and refuses the rest.
  for (const node of nodes) for (const id of [...sessions.keys()].slice(-50)) await probe(node, id);
}

/** One step of one actor, and then a look at both nodes. */
async function act(nodes, operators, people) {
  const node = pick(nodes);
  const alive = [...sessions.keys()].filter((id) => !ended.has(id));
  const id = alive.length > 0 ? pick(alive.slice(-40)) : undefined;
  const step =
    id === undefined || alive.length < 5
      ? 'login'
      : pick([
          'login',
          'login',
          'refresh',
          'refresh',
          'look',
          'look',
          'look',
          'look',
          'look',
          'look',
          'logout',
          'logout',
          'all',
          'others',
          'revoke',
          'disable',
        ]);
  if (step === 'login') return login(node, pick(people));
  if (step === 'refresh') await refresh(node, id);
  if (step === 'logout') await end([id], () => ask(node, 'POST', '/v1/logout', tokenOf(id), {}));
  if (step === 'all') await end(ofSameUser(id), () => ask(node, 'POST', '/v1/logout', tokenOf(id), { scope: 'all' }));
  if (step === 'others')
    await end(
      ofSameUser(id).filter((other) => other !== id),
      () => ask(node, 'POST', '/v1/logout', tokenOf(id), { scope: 'others' }),
    );
  if (step === 'revoke') {
    const other = pick(ofSameUser(id));
    await end([other], () => ask(node, 'DELETE', `/v1/sessions/${other}`, tokenOf(id)));
  }
  if (step === 'disable') await disable(operators, sessions.get(id).username);
  await Promise.all([...nodes.map((each) => probe(each, id)), probe(pick(nodes), pick([...sessions.keys()].slice(-60)))]);
}

async function login(node, username) {
  const answer = await ask(node, 'POST', '/v1/login', undefined, { username, password });
  if (answer?.status !== 200) return;
  counts.logins += 1;
  sessions.set(answer.body.session.id, { username, tokens: [answer.body.access_token], refreshToken: answer.body.refresh_token });
}

async function refresh(node, id) {
  const session = sessions.get(id);
  const answer = await ask(node, 'POST', '/v1/refresh', undefined, { refresh_token: session.refreshToken });
  if (answer?.status !== 200) return;
  counts.refreshes += 1;
  session.tokens.push(answer.body.access_token);
  session.refreshToken = answer.body.refresh_token;
}

/** Only what had begun before the request is ended by it for certain. */
async function end(ids, request) {
  const answer = await request();
  if (answer?.status !== 200) return;
  counts.ends += 1;
  for (const id of ids) ended.add(id);
}

async function disable(operators, username) {
  const ids = [...sessions].filter(([, session]) => session.username === username).map(([id]) => id);
  const operator = chance(0.1) ? operators[1] : operators[0];
  try {
    await operator.users.disable(username);
    counts.ends += 1;
    for (const id of ids) ended.add(id);
    await operator.users.enable(username);
  } catch (error) {
    if (error.code !== 'UNAVAILABLE') throw error;
  }
}

/** Asks with a token of the session whether it is still taken. */
async function probe(node, id) {
  if (id === undefined) return;
  const isOver = ended.has(id); // before the request is sent
  const token = pick(sessions.get(id).tokens);
  const path = pick(['/v1/profile', '/v1/verify', '/graphql']);
  const answer =
    path === '/graphql' ? await ask(node, 'POST', path, token, { query: '{ me { id } }' }) : await ask(node, 'GET', path, token);
  if (answer === undefined) counts.unanswered += 1;
  else if (answer.status === 503 || answer.body?.errors?.[0]?.extensions?.code === 'UNAVAILABLE') counts.unavailable += 1;
  else {
    const isAccepted = path === '/graphql' ? answer.body?.data?.me != null : answer.status === 200;
    counts[isAccepted ? 'accepted' : 'refusedAsEnded'] += 1;
    if (isAccepted && isOver) violations.push({ path, node: node.origin, session: id, at: new Date() });
  }
}

/** Stops a node, or does something to its line, for a while; never both nodes at once, so that something goes on. */
async function disturb(nodes, goesOn) {
  while (goesOn()) {
    await sleep(random() * 300);
    const node = pick(nodes);
    const pauseMs = random() * 3 * Number(values.lease);
    const what = pick(['stop', 'stop', 'stop', 'hang', 'reset', 'nothing']);
    if (what === 'stop') {
      counts.stops += 1;
      process.kill(node.pid, 'SIGSTOP');
      await sleep(pauseMs);
      process.kill(node.pid, 'SIGCONT');
    } else if (what !== 'nothing') {
      counts.cuts += 1;
      node.line[what]();
      await sleep(pauseMs);
      node.line.mend();
    }
  }
}

/** Undefined: no answer came. A node that is stopped answers when it goes on. */
async function ask(node, method, path, token, body) {
  try {
    const response = await fetch(node.origin + path, {
      method,
      headers: { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The services without a server, as the command line has them; one hears the nodes, and one waits for every lease to run out. */
async function openOperator(hears) {
  const require = createRequire(import.meta.url);
  const { openServices } = require('../dist/app/app.js');
  const { loadConfig } = require('../dist/app/load-config.js');
  const { createLogger } = require('../dist/log.js');
  const { config } = loadConfig({ ...settings(databaseUrl, folder, environment), PORT: '0' });
  const services = await openServices(config, () => config.publicUrl, { logger: createLogger('silent') });
  cleanUp.push(services.close);
  if (hears) await services.database.notices.start();
  return services;
}

/** A line to PostgreSQL that can be cut (`reset`) or fall silent (`hang`); `mend` lets new connections through again. */
async function openLine(url) {
  const target = new URL(url);
  let isOpen = true;
  let isSilent = false;
  const pairs = new Set();
  const server = createServer((near) => {
    if (!isOpen) return near.destroy();
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far];
    pairs.add(pair);
    const close = () => {
      pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const [from, to] of [pair, [far, near]]) {
      from.on('data', (bytes) => void to.write(bytes));
      from.on('error', close);
      from.on('close', close);
    }
    if (isSilent) for (const socket of pair) socket.pause();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const through = new URL(url);
  through.host = `127.0.0.1:${server.address().port}`;
  const destroyAll = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    url: through.href,
    hang: () => {
      isSilent = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    reset: () => {
      isOpen = false;
      destroyAll();
    },
    /** What was held back comes through now: late notices and late answers, in their order. */
    mend: () => {
      isOpen = true;
      isSilent = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    close: () => {
      destroyAll();
      server.close();
    },
  };
}

/** mulberry32. The machine's own timing is no part of the seed: it decides what is tried, and not how it interleaves. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
