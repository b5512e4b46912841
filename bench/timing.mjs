// Whether the time of a refused login tells why it was refused (ASVS 5.0 6.3.8).
//
//   npm run build && node bench/timing.mjs [rounds]
//
// Starts a gateway of its own on a new SQLite database, and sends it logins of every kind over one connection, each round in another order,
// so that whatever else the machine does meets all kinds alike. For each kind of password, every cause is compared with a wrong password:
// the ratio of the medians, and the area under the curve (AUC) of somebody who decides by a threshold: 0.5 is a coin, 1 is certainty.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'libsql';

const rounds = Number(process.argv[2] ?? 200);
const warmUpRounds = 3;
const main = new URL('../dist/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-timing-'));
const file = join(folder, 'gatehouse.db');
const unlimited = ['LOGIN', 'LOGIN_NETWORK', 'LOGIN_ACCOUNT', 'REGISTER_NETWORK', 'PASSWORD_CHECK', 'REFRESH'];
const environment = {
  PATH: process.env.PATH,
  DATABASE_URL: `file:${file}`,
  AUTH_SECRET: randomBytes(32).toString('base64'),
  AUTH_BCRYPT_COST: process.env.AUTH_BCRYPT_COST ?? '10',
  AUTH_LOG_LEVEL: 'silent',
  PORT: '0',
  ...Object.fromEntries(unlimited.map((name) => [`AUTH_LIMIT_${name}`, '100000'])),
};
const rightPassword = 'a quiet garden gate';
const command = (args, input = '') => execFileSync(process.execPath, [main, ...args], { env: environment, cwd: folder, input });

const passwords = {
  'short': rightPassword,
  '73 bytes': 'g'.repeat(73),
  '300 bytes': 'g'.repeat(300),
  'with a NUL': 'a quiet\0garden gate',
};
/** Kate has another password. The short one is right for Dora, who is disabled; Nora has none. */
const causes = { 'wrong password': 'kate', 'unknown user': 'nobody', disabled: 'dora', 'no password': 'nora' };

try {
  prepareUsers();
  const { gateway, port } = await startGateway();
  try {
    report(await measure(port));
  } finally {
    gateway.kill('SIGTERM');
    await new Promise((resolve) => gateway.once('exit', resolve));
  }
} finally {
  rmSync(folder, { recursive: true });
}

function prepareUsers() {
  for (const name of ['kate', 'dora', 'nora']) {
    const own = name === 'kate' ? 'another garden gate' : rightPassword;
    command(['user', 'create', name, `${name}@example.com`], `${own}\n`);
  }
  command(['user', 'disable', 'dora', '--yes']);
  const database = new Database(file);
  database.exec(`UPDATE users SET passwordHash = NULL WHERE usernameKey = 'nora'`);
  database.close();
}

async function startGateway() {
  const gateway = spawn(process.execPath, [main, 'start'], { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(gateway.stdout)) {
    const port = /REST +http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port !== undefined) return { gateway, port };
  }
  throw new Error('the gateway did not start');
}

async function measure(port) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = new Map();
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const tries = Object.keys(passwords).flatMap((kind) => Object.keys(causes).map((cause) => ({ kind, cause })));
    for (const { kind, cause } of shuffled(tries)) {
      const status = kind === 'with a NUL' ? 400 : 401;
      const milliseconds = await login(agent, port, causes[cause], passwords[kind], status);
      const key = `${kind}/${cause}`;
      if (round >= 0) times.set(key, [...(times.get(key) ?? []), milliseconds]);
    }
  }
  agent.destroy();
  return times;
}

function login(agent, port, username, password, expectedStatus) {
  const body = JSON.stringify({ username, password });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/login', headers }, (response) => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode === expectedStatus) resolve(performance.now() - begin);
        else reject(new Error(`status ${response.statusCode} and not ${expectedStatus}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function report(times) {
  console.log(`${rounds} rounds, cost ${environment.AUTH_BCRYPT_COST}, Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model})`);
  for (const kind of Object.keys(passwords)) {
    const reference = times.get(`${kind}/wrong password`);
    for (const cause of Object.keys(causes)) {
      const own = times.get(`${kind}/${cause}`);
      const ratio = median(own) / median(reference);
      const figures = [median(own).toFixed(2), ratio.toFixed(3), areaUnderCurve(own, reference).toFixed(3)];
      console.log(`${kind.padEnd(12)}${cause.padEnd(16)}median ${figures[0]} ms  ratio ${figures[1]}  AUC ${figures[2]}`);
    }
  }
}

function shuffled(items) {
  const left = [...items];
  return items.map(() => left.splice(randomInt(left.length), 1)[0]);
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The probability that one of `left` took longer than one of `right` (Mann-Whitney). */
function areaUnderCurve(left, right) {
  let longer = 0;
  for (const one of left) for (const other of right) longer += one > other ? 1 : one === other ? 0.5 : 0;
  return longer / (left.length * right.length);
}
