// Whether a flood of refused tries from one network keeps anybody else out, and how fast tries are refused.
//
//   npm run build && node bench/flood.mjs [seconds] [connections]
//
// Starts a gateway of its own with its default limits on a new SQLite database, and on a PostgreSQL of its own where the machine has one. 600 connections first
// send what is no input (400), and then, from one network, wrong passwords for one account; meanwhile its owner logs in twice a second, each time from a network
// that was never there. Printed are both rates, the owner's logins, what the flood was answered, and the process's memory.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgresql } from './databases.mjs';
import { send } from './drive.mjs';
import { password, prepare, startNode } from './gatehouse.mjs';
import { memoryMegabytes } from './processes.mjs';

const seconds = Number(process.argv[2] ?? 10);
const connections = Number(process.argv[3] ?? 600);
const limits = ['LOGIN', 'LOGIN_NETWORK', 'LOGIN_ACCOUNT'];
const defaults = { AUTH_TRUST_PROXY: '1', ...Object.fromEntries(limits.map((name) => [`AUTH_LIMIT_${name}`, ''])) };

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-flood-'));
console.log(`${connections} connections, ${seconds} s each, ${cpus().length} processors, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`);
try {
  await measure('SQLite', `file:${join(folder, 'gatehouse.db')}`);
  const postgresql = await startPostgresql();
  if (postgresql === null) console.log('PostgreSQL: none here');
  else {
    try {
      await measure('PostgreSQL', await postgresql.create('flood'));
    } finally {
      await postgresql.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(name, databaseUrl) {
  prepare(databaseUrl, folder);
  const logFile = join(folder, `${name}.log`);
  const node = await startNode(databaseUrl, folder, defaults, logFile);
  try {
    await flood(node.origin, { password: 'x' }, 2); // warm
    const before = memoryMegabytes(node.pid);
    const invalid = await flood(node.origin, { username: 'seed', password: '' }, seconds);
    const afterInvalid = memoryMegabytes(node.pid);
    const flooding = flood(node.origin, { username: 'seed', password: 'not the password' }, seconds);
    const owner = await logInMeanwhile(node.origin, flooding);
    const refused = await flooding;
    const rate = (refused.statuses.get(429) ?? 0) / seconds;
    const rateOfInvalid = (invalid.statuses.get(400) ?? 0) / seconds;
    console.log(`${name}
  400s          ${Math.round(rateOfInvalid)}/s
  429s          ${Math.round(rate)}/s, ${(rate / rateOfInvalid).toFixed(2)} of the 400s; answers by status: ${[...refused.statuses].map(([status, count]) => `${status} × ${count}`).join(', ')}
  owner         ${owner.times.length} of ${owner.tries} logins right at the first try; median ${median(owner.times)} ms, longest ${Math.max(0, ...owner.times)} ms${owner.failures.map((failure) => `\n  owner's other  ${failure}: ${causeOf(failure, logFile)}`).join('')}
  memory        ${Math.round(before)} MB, ${Math.round(afterInvalid)} after the 400s, ${Math.round(memoryMegabytes(node.pid))} after the 429s`);
  } finally {
    await node.stop();
  }
}

/** Why a try was UNAVAILABLE: the class that the log has. */
function causeOf(failure, logFile) {
  const id = failure.split(' ')[0];
  const line = readFileSync(logFile, 'utf8')
    .split('\n')
    .find((each) => each.includes(`"requestId":"${id}"`) && each.includes('"unavailable"'));
  return line === undefined ? 'no cause in the log' : JSON.parse(line).cause.code;
}

/** The owner's logins, from a new network each, until the flood is over. */
async function logInMeanwhile(origin, flooding) {
  let isOver = false;
  flooding.finally(() => {
    isOver = true;
  });
  const times = [];
  const failures = [];
  let tries = 0;
  while (!isOver) {
    tries += 1;
    const begin = performance.now();
    const headers = { 'x-forwarded-for': `198.51.${tries}.7`, 'x-request-id': `owner-${tries}` };
    const { status, body } = await send(origin, { method: 'POST', path: '/v1/login', headers, body: JSON.stringify({ username: 'seed', password }) });
    const milliseconds = Math.round(performance.now() - begin);
    if (status === 200) times.push(milliseconds);
    else failures.push(`owner-${tries} ${status} ${body?.code} after ${milliseconds} ms`);
    await sleep(500);
  }
  return { times, tries, failures };
}

/** The same request over every connection, again as soon as it is answered. @returns how often each status came back */
async function flood(origin, body, forSeconds) {
  const { hostname, port } = new URL(origin);
  const text = JSON.stringify(body);
  const request = `POST /v1/login HTTP/1.1\r\nhost: flood\r\nx-forwarded-for: 203.0.113.7\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  const statuses = new Map();
  const until = performance.now() + forSeconds * 1000;
  const one = () =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(request));
      let received = '';
      socket.setEncoding('latin1');
      socket.on('error', () => resolve());
      socket.on('close', () => resolve());
      socket.on('data', (chunk) => {
        received += chunk;
        const end = received.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
        if (end < 0 || received.length < end + 4 + length) return;
        const status = Number(received.slice(9, 12));
        received = '';
        if (performance.now() > until) return socket.end();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        socket.write(request);
      });
    });
  await Promise.all(Array.from({ length: connections }, one));
  return { statuses };
}

function median(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 'none';
}
