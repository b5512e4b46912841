// Whether a token is accepted after the answer to its logout, in each way in which two nodes and PostgreSQL may be put together.
//
//   npm run build && node bench/topologies.mjs [--logouts 1000] [--only NAME,NAME] [--lease MS]
//
// Each topology has two nodes as processes and a database of its own. Half of the logouts go to each node, ten at a time; once one was answered with
// 200, both nodes are asked with its token three times. Needs PostgreSQL's programs and PgBouncer. Prints a line of JSON for each topology, and
// ends with 1 when anything was accepted, or when a topology has shown nothing.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { onPostgresql, startPostgresql } from './databases.mjs';
import { prepare, settings, startNode } from './gatehouse.mjs';
import { freePort } from './processes.mjs';

const { values } = parseArgs({
  options: { logouts: { type: 'string', default: '1000' }, only: { type: 'string' }, lease: { type: 'string', default: '1000' } },
});
const logouts = Number(values.logouts);
const require = createRequire(import.meta.url);
const environment = { AUTH_LEASE_MS: values.lease, AUTH_LOG_LEVEL: 'warn' };

/** Each opens what stands between the nodes and the database: the URL of each node, and what goes wrong meanwhile. */
const topologies = {
  direct: async ({ url }) => ({ urls: [url, url] }),
  'pgbouncer-session': async ({ url, postgresql, undo }) => behindPgBouncer('session', url, postgresql, undo),
  'pgbouncer-transaction': async ({ url, postgresql, undo }) => behindPgBouncer('transaction', url, postgresql, undo),
  'two-servers': async ({ url, undo }) => {
    const other = await startPostgresql();
    undo.push(other.stop);
    await other.create(new URL(url).pathname.slice(1)); // empty: it is there to be listened to
    const router = await openRouter(undo);
    router.route = (isLine) => Number(new URL(isLine ? other.url('x') : url).port);
    return { urls: [router.through(url), router.through(url)] };
  },
  'silent-cut': async ({ url, undo }) => {
    const router = await openRouter(undo);
    router.route = () => Number(new URL(url).port);
    const disturb = async (goesOn) => {
      while (goesOn()) {
        await sleep(Math.random() * 1_500);
        router.hangLines();
        await sleep(Math.random() * 3_000);
        router.cutLines(); // what was lost cannot come back on the same line
      }
    };
    return { urls: [url, router.through(url)], disturb };
  },
  stopped: async ({ url }) => ({
    urls: [url, url],
    disturb: async (goesOn, nodes) => {
      while (goesOn()) {
        await sleep(Math.random() * 500);
        process.kill(nodes[1].pid, 'SIGSTOP');
        await sleep(Math.random() * 3 * Number(values.lease));
        process.kill(nodes[1].pid, 'SIGCONT');
      }
    },
  }),
  failover: (stage) => failover(stage, true),
  // Nobody stops the old primary: it goes on, and so do the connections to it. Only new ones go to the new primary.
  'failover-unfenced': (stage) => failover(stage, false),
};

let failed = false;
for (const [name, open] of Object.entries(topologies)) {
  if (values.only && !values.only.split(',').includes(name)) continue;
  const report = await run(name, open);
  failed ||= report.acceptedAfterAnswer > 0 || report.answered < logouts / 2 || report.acceptedBefore === 0;
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
process.exit(failed ? 1 : 0);

async function run(name, open) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-topologies-'));
  const undo = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    const postgresql = await startPostgresql();
    undo.push(postgresql.stop);
    const url = await postgresql.create('topology');
    prepare(url, folder);
    const tokens = await makeSessions(url, folder);
    const { urls, disturb = async () => {}, halfway = async () => {} } = await open({ url, postgresql, undo });
    const nodes = [];
    for (const each of urls) {
      const node = await startNode(each, folder, environment, process.env.TOPOLOGIES_LOG);
      undo.push(node.stop);
      nodes.push(node);
    }
    return { topology: name, leaseMs: Number(values.lease), ...(await logOutAll(nodes, tokens, disturb, halfway)) };
  } finally {
    for (const close of undo.reverse()) await close();
  }
}

async function logOutAll(nodes, tokens, disturb, halfway) {
  const counts = { logouts: tokens.length, answered: 0, notAnswered: 0, acceptedBefore: 0, acceptedAfterAnswer: 0, unanswered: 0 };
  const waits = [];
  let next = 0;
  let isDone = false;
  const look = async (node, token) => {
    const status = await ask(node, 'GET', '/v1/profile', token);
    if (status === undefined) counts.unanswered += 1;
    return status;
  };
  const logOut = async (index) => {
    const token = tokens[index];
    for (const node of nodes) if ((await look(node, token)) === 200) counts.acceptedBefore += 1;
    const begun = performance.now();
    let status;
    // While a standby takes over nobody can log out; one whose answer was lost is refused when it is sent again.
    for (let tries = 0; status !== 200 && status !== 401 && tries < 40; tries += 1) {
      if (tries > 0) await sleep(250);
      status = await ask(nodes[index % 2], 'POST', '/v1/logout', token);
      if (status !== 200) counts.notAnswered += 1;
    }
    if (status !== 200) return;
    counts.answered += 1;
    waits.push(performance.now() - begun);
    for (let time = 0; time < 3; time += 1)
      for (const status of await Promise.all(nodes.map((node) => look(node, token)))) if (status === 200) counts.acceptedAfterAnswer += 1;
  };
  const work = async () => {
    while (next < tokens.length) {
      const index = next++;
      if (index === Math.floor(tokens.length / 2)) await halfway();
      await logOut(index);
    }
  };
  const disturbing = disturb(() => !isDone, nodes);
  await Promise.all(Array.from({ length: 10 }, work));
  isDone = true;
  await disturbing;
  waits.sort((left, right) => left - right);
  const at = (share) => Math.round(waits[Math.floor(share * (waits.length - 1))] ?? 0);
  return { ...counts, logoutMs: { median: at(0.5), p99: at(0.99) } };
}

/** The status; undefined: no answer came. */
async function ask(node, method, path, token) {
  try {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(node.origin + path, { method, headers: { authorization: `Bearer ${token}` }, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

/** Sessions of one user, made without a password: hashing would be most of the run. */
async function makeSessions(url, folder) {
  const { openServices } = require('../dist/app/app.js');
  const { loadConfig } = require('../dist/app/load-config.js');
  const { createLogger } = require('../dist/log.js');
  const { operator } = require('../dist/audit/audit.service.js');
  const { config } = loadConfig({ ...settings(url, folder, { ...environment, AUTH_LEASE_MS: '0' }), PORT: '0' });
  const services = await openServices(config, () => config.publicUrl, { logger: createLogger('silent') });
  const user = await services.database.client.user.findFirstOrThrow();
  const client = { ...operator, ipAddress: '192.0.2.7', userAgent: 'bench', requestId: 'bench' };
  const tokens = [];
  while (tokens.length < logouts) tokens.push((await services.sessions.start('login', async () => user, client, 'BODY')).accessToken);
  await services.close();
  return tokens;
}

async function behindPgBouncer(mode, url, { asOwner }, undo) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pgbouncer-'));
  const port = await freePort();
  const users = join(folder, 'users.txt');
  writeFileSync(users, '"postgres" ""\n');
  const file = join(folder, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    `* = host=127.0.0.1 port=${new URL(url).port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${users}`,
    `pool_mode = ${mode}`,
    'default_pool_size = 40',
    'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout',
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  if (asOwner.uid) for (const path of [folder, users, file]) chownSync(path, asOwner.uid, asOwner.gid);
  const program = process.env.TEST_PGBOUNCER ?? '/usr/sbin/pgbouncer';
  const pooler = spawn(program, ['-q', file], { ...asOwner, cwd: folder, stdio: 'ignore' });
  undo.push(async () => {
    const ended = new Promise((resolve) => pooler.once('exit', resolve));
    pooler.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const through = new URL(url);
  through.port = String(port);
  await untilOn(through.href, 'SELECT 1');
  return { urls: [through.href, through.href] };
}

/** A primary with a synchronous standby, which is promoted when half of the logouts are done; the address then leads to it. */
async function failover({ url, postgresql, undo }, isFenced) {
  const { bin, asOwner } = postgresql;
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-standby-'));
  if (asOwner.uid) chownSync(folder, asOwner.uid, asOwner.gid);
  const data = join(folder, 'data');
  const [primaryPort, standbyPort] = [new URL(url).port, await freePort()];
  execFileSync(join(bin, 'pg_basebackup'), ['-h', '127.0.0.1', '-p', primaryPort, '-U', 'postgres', '-D', data, '-R', '-c', 'fast'], {
    ...asOwner,
    stdio: 'pipe',
  });
  const place = [
    '-c',
    `port=${standbyPort}`,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    '-c',
    'max_connections=200',
  ];
  const standby = spawn(join(bin, 'postgres'), ['-D', data, ...place], { ...asOwner, stdio: 'ignore' });
  undo.push(async () => {
    const ended = new Promise((resolve) => standby.once('exit', resolve));
    standby.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await untilOn(url, 'SELECT 1 / count(*) FROM pg_stat_replication');
  for (const setting of ["synchronous_standby_names = '*'", 'synchronous_commit = remote_apply'])
    await onPostgresql(url, (client) => client.query(`ALTER SYSTEM SET ${setting}`));
  await onPostgresql(url, (client) => client.query('SELECT pg_reload_conf()'));
  await untilOn(url, "SELECT 1 / count(*) FROM pg_stat_replication WHERE sync_state = 'sync'");
  const router = await openRouter(undo);
  let port = Number(primaryPort);
  router.route = () => port;
  const halfway = async () => {
    if (isFenced) process.kill(postgresql.pid, 'SIGQUIT'); // immediate shutdown
    const standbyUrl = new URL(url);
    standbyUrl.port = String(standbyPort);
    await onPostgresql(standbyUrl.href, (client) => client.query('SELECT pg_promote()'));
    await onPostgresql(standbyUrl.href, async (client) => {
      await client.query("ALTER SYSTEM SET synchronous_standby_names = ''"); // it has no standby of its own
      await client.query('SELECT pg_reload_conf()');
    });
    port = standbyPort;
  };
  return { urls: [router.through(url), router.through(url)], halfway };
}

async function untilOn(url, sql) {
  for (let tries = 200; ; tries -= 1)
    try {
      await onPostgresql(url, (client) => client.query(sql));
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(50);
    }
}

/** Before the database. It knows the connection that listens by the name that it gives itself as it starts. */
async function openRouter(undo) {
  const lines = new Set();
  const sockets = new Set();
  const router = { route: () => 0 };
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {}).on('close', () => sockets.delete(near));
    near.once('data', (greeting) => {
      const isLine = greeting.includes('gatehouse notices');
      const far = connect(router.route(isLine), '127.0.0.1', () => far.write(greeting));
      sockets.add(far);
      const pair = { near, far, isSilent: false };
      if (isLine) lines.add(pair);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ]) {
        if (from === far) from.on('error', () => {});
        from.on('data', (bytes) => void (pair.isSilent || to.write(bytes)));
        from.on('close', () => {
          lines.delete(pair);
          sockets.delete(from);
          to.destroy();
        });
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  undo.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  router.through = (url) => {
    const through = new URL(url);
    through.port = String(server.address().port);
    return through.href;
  };
  router.hangLines = () => {
    for (const pair of lines) pair.isSilent = true;
  };
  router.cutLines = () => {
    for (const { near } of lines) near.destroy();
  };
  return router;
}
