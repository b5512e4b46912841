// How long after the answer to a logout the last of ten verifiers refuses the session's token.
//
//   npm run build && node bench/revocation.mjs DATABASE_URL [logouts]
//
// DATABASE_URL is an empty PostgreSQL database. Two gateways run on it as processes of their own, and ten verifiers (gatehouse/verify) in
// five processes, half of them at each gateway, follow the feed. A verifier looks at its tokens each millisecond and notes when it first refuses. Half of the
// logouts go to each gateway, one after the other with a pause of 10 ms, so that the machine is not what is measured. All processes read one clock (CLOCK_MONOTONIC).
import { fork, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const processCount = 5;
const verifiersInProcess = 2;
const issuer = 'http://gatehouse.test';
const main = new URL('../dist/main.js', import.meta.url).pathname;
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;

if (process.send) await verify(await new Promise((resolve) => process.once('message', resolve)));
else await measure(process.argv[2], Number(process.argv[3] ?? 1_000));

async function measure(databaseUrl, logouts) {
  if (!/^postgres(ql)?:/.test(databaseUrl ?? '')) throw new Error('usage: node bench/revocation.mjs postgresql://… [logouts]');
  const unlimited = ['LOGIN', 'LOGIN_NETWORK', 'LOGIN_ACCOUNT', 'REGISTER_NETWORK', 'PASSWORD_CHECK', 'REFRESH'];
  const environment = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: randomBytes(32).toString('base64'),
    AUTH_BCRYPT_COST: '10',
    AUTH_LOG_LEVEL: 'silent',
    AUTH_SESSIONS_PER_USER: '10000',
    AUTH_ACCESS_TOKEN_SECONDS: '86400',
    PUBLIC_URL: issuer,
    ...Object.fromEntries(unlimited.map((name) => [`AUTH_LIMIT_${name}`, '1000000'])),
  };
  const gateways = [await startGateway(environment), await startGateway(environment)];
  const children = [];
  try {
    const client = JSON.parse(await run(['client', 'create', 'bench', '--json'], environment));
    const tokens = await logIn(gateways, logouts);
    for (let index = 0; index < processCount; index += 1) {
      const settings = { issuer, url: gateways[index % 2].url, clientId: client.id, clientSecret: client.secret, tokens };
      const child = fork(process.argv[1]);
      child.send(settings);
      children.push(child);
    }
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))));
    const refused = tokens.map(() => []);
    for (const child of children) child.on('message', ({ index, at }) => refused[index].push(at));

    const answered = [];
    for (const [index, token] of tokens.entries()) {
      const { url } = gateways[index % 2];
      const response = await fetch(`${url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
      answered.push(monotonicMs());
      if (!response.ok) throw new Error(`logout answers ${response.status}`);
      await sleep(10);
    }
    const all = processCount * verifiersInProcess;
    while (refused.some((moments) => moments.length < all)) await sleep(50);
    report(refused.map((moments, index) => Math.max(0, Math.max(...moments) - answered[index])));
    const early = refused.flatMap((moments, index) => moments.map((at) => at < answered[index])).filter(Boolean).length;
    console.log(`  ${Math.round((100 * early) / (all * tokens.length))} % of the verifiers refused before the logout was answered`);
  } finally {
    for (const child of [...children, ...gateways.map(({ child }) => child)]) child.kill('SIGTERM');
  }
}

/** Two verifiers that look at every token of which they have not seen the end. */
async function verify({ tokens, ...options }) {
  const { createVerifier } = createRequire(import.meta.url)('../packages/verify/dist/cjs/verifier.js');
  const verifiers = Array.from({ length: verifiersInProcess }, () => createVerifier({ ...options, whenStale: 'refuse' }));
  while (!verifiers.every((verifier) => verifier.stalenessSeconds() < 3)) await sleep(20);
  const next = verifiers.map(() => 0); // they end in their order
  process.send('ready');
  for (;;) {
    for (const [position, verifier] of verifiers.entries())
      while (next[position] < tokens.length) {
        const verdict = await verifier.verify(tokens[next[position]]);
        if (verdict.accepted) break;
        if (verdict.reason !== 'REVOKED') throw new Error(verdict.reason);
        process.send({ index: next[position], at: monotonicMs() });
        next[position] += 1;
      }
    if (next.every((position) => position === tokens.length)) return process.disconnect();
    await sleep(1);
  }
}

/** One user with a session for each logout. */
async function logIn(gateways, count) {
  const person = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
  const send = async (path, body) => {
    const response = await fetch(`${gateways[0].url}/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status === 503) return send(path, body); // the queue of the hashing threads is short
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return response.json();
  };
  await send('/register', person);
  const tokens = [];
  while (tokens.length < count) {
    const batch = Array.from({ length: Math.min(4, count - tokens.length) }, () =>
      send('/login', { username: person.username, password: person.password }),
    );
    for (const { access_token: token } of await Promise.all(batch)) tokens.push(token);
  }
  return tokens;
}

async function startGateway(environment) {
  const port = await freePort();
  const env = { ...environment, PORT: String(port) };
  const child = spawn(process.execPath, [main, 'start'], { cwd: tmpdir(), env, stdio: ['ignore', 'ignore', 'inherit'] });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(100);
  return { child, url };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function run(args, environment) {
  const child = spawn(process.execPath, [main, ...args], { cwd: tmpdir(), env: environment });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

function report(milliseconds) {
  const sorted = [...milliseconds].sort((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  console.log(
    `${sorted.length} logouts, two nodes, ${processCount * verifiersInProcess} verifiers; ${cpus().length} × ${cpus()[0].model}, Node ${process.version}`,
  );
  console.log(
    `  from the answer to a logout until the last verifier refuses: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${sorted.at(-1).toFixed(1)} ms`,
  );
}
