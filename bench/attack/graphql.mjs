// How long the gateway works on a GraphQL operation that was built to hurt (issue 3: every limit answers 400 with its own code in under 20 ms).
//
//   npm run build && node bench/attack/graphql.mjs [rounds]
//
// Starts a gateway of its own on a new SQLite database and sends it, for each limit, the worst operations that fit into the 100 KiB of a body. Each is sent
// `rounds` times, never twice the same, so that nothing of it is remembered. The time is the gateway's own, from the request's arrival to its answer, out of its
// log; the CPU time is that of its whole process (/proc, Linux) for all rounds, garbage collection included, and is what counts on a busy machine.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const rounds = Number(process.argv[2] ?? 30);
const warmUpRounds = 5;
const main = new URL('../../dist/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-attack-'));
const environment = {
  PATH: process.env.PATH,
  DATABASE_URL: `file:${join(folder, 'gatehouse.db')}`,
  AUTH_SECRET: randomBytes(32).toString('base64'),
  PORT: '0',
  NODE_ENV: 'production',
};

/** As many repetitions as a body of 100 KiB holds. */
const bodyUnits = 96_000;
const fill = (part, most = bodyUnits) => part.repeat(Math.floor(most / part.length));
const list = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const nested = (open, inner, close, times) => open.repeat(times) + inner + close.repeat(times);
const chain = (count, body, last) =>
  `${list(count, (n) => `fragment F${n} on User { ${body(n)} }`).join(' ')} fragment F${count} on User { ${last} }`;
const login = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';

/** A name, the operation (`mark` makes each one new), its variables. A few stay within the limits: what is served is bounded too. */
const attacks = [
  ['a small query, to compare with', (mark) => `{ q${mark}: __typename }`],
  [
    'introspection: of every type',
    (mark) => `{ q${mark}: __schema { types { name fields { name type { name ofType { name } } args { name } } } } }`,
  ],
  ['deep: selections, 900 tokens', (mark) => `{ q${mark}: me ${nested('{ me ', '{ id }', '}', 290)} }`],
  ['deep: selections, 100 KiB', (mark) => `{ q${mark}: me ${nested('{ me ', '{ id }', '}', 15_000)} }`],
  ['deep: inline fragments', (mark) => `{ q${mark}: me { ${nested('... { ', 'id', '}', 190)} } }`],
  ['deep: brackets alone', (mark) => `{ q${mark} ${fill('{a')}`],
  ['deep: list literals', (mark) => `{ q${mark}: me(a: ${nested('[', '1', ']', 480)}) { id } }`],
  ['deep: list literals, 100 KiB', (mark) => `{ q${mark}: me(a: ${nested('[', '1', ']', 45_000)}) { id } }`],
  ['deep: types of a variable', (mark) => `query ($q${mark}: ${nested('[', 'Int', ']', 490)}) { me { id } }`],
  ['wide: 900 fields', (mark) => `{ me { q${mark}: id ${fill('id ', 2_700)} } }`],
  ['wide: 900 root fields', (mark) => `{ q${mark}: __typename ${fill('me{id}', 1_400)} }`],
  ['wide: fields to 100 KiB', (mark) => `{ me { q${mark}: id ${fill('id ')} } }`],
  ['aliases: 300 of one field', (mark) => `{ me { q${mark}: id ${list(300, (n) => `a${n}:id`).join(' ')} } }`],
  ['aliases: 240 of one name in conflict', (mark) => `{ me { q${mark}: id ${list(240, (n) => `a:${n % 2 ? 'id' : 'name'}`).join(' ')} } }`],
  [
    'aliases: thousands of login',
    (mark) => `mutation { q${mark}: ${list(1_500, (n) => `a${n}:login(input:{password:""}){tokenType}`).join(' ')} }`,
  ],
  ['fragments: doubling 60 times', (mark) => `{ q${mark}: me { ...F0 } } ${chain(60, (n) => `...F${n + 1} ...F${n + 1}`, 'id')}`],
  [
    'fragments: each spreads all others',
    (mark) =>
      `{ q${mark}: me { ...F0 } } ${list(15, (n) => `fragment F${n} on User { ${list(15, (m) => (m > n ? `...F${m}` : '')).join(' ')} id }`).join(' ')}`,
  ],
  [
    'fragments: a cycle of 90',
    (mark) => `{ q${mark}: me { ...F0 } } ${list(90, (n) => `fragment F${n} on User { ...F${(n + 1) % 90} }`).join(' ')}`,
  ],
  ['fragments: 120, none used', (mark) => `{ q${mark}: me { id } } ${list(120, (n) => `fragment F${n} on User { id }`).join(' ')}`],
  [
    'fragments: 200 spreads of one that conflicts',
    (mark) => `{ q${mark}: me { ${fill('...A ...B ', 1_000)} } } fragment A on User { x: id } fragment B on User { x: name }`,
  ],
  [
    'fragments: many types in conflict, within the limits',
    (mark) =>
      `{ q${mark}: me { ${list(40, (n) => `...F${n}`).join(' ')} } } ${list(40, (n) => `fragment F${n} on User { id name email bio }`).join(' ')}`,
  ],
  ['directives: 490 on a field', (mark) => `{ q${mark}: me { id ${fill('@a', 980)} } }`],
  ['directives: 160 of @include', (mark) => `{ q${mark}: me { id ${fill('@include(if:true)', 2_400)} } }`],
  ['operations: 190, one asked for', (mark) => `query q${mark} { me { id } } ${list(190, (n) => `query o${n}{me{id}}`).join(' ')}`],
  ['variables: 240 declared, none used', (mark) => `query q${mark}(${list(240, (n) => `$v${n}:Int`).join(' ')}) { me { id } }`],
  ['lists: 480 entries in the document', (mark) => `{ q${mark}: me(a:[${fill('1 ', 1_900)}]) { id } }`],
  [
    'objects: 300 entries in the document',
    (mark) => `mutation { q${mark}: login(input:{${list(300, (n) => `a${n}:1`).join(' ')}}) { tokenType } }`,
  ],
  ['strings: one of 96 kB', (mark) => `{ q${mark}: me(a:"${fill('x')}") { id } }`],
  ['strings: unicode escapes', (mark) => `{ q${mark}: me(a:"${fill('\\u00e9', 80_000)}") { id } }`],
  ['strings: braced escapes', (mark) => `{ q${mark}: me(a:"${fill('\\u{1F600}', 80_000)}") { id } }`],
  ['strings: a block of empty lines', (mark) => `{ q${mark}: me(a:"""${fill('\n ', 60_000)}""") { id } }`],
  ['strings: a block of escaped quotes', (mark) => `{ q${mark}: me(a:"""${fill('\\"""', 48_000)}""") { id } }`],
  ['strings: 480 short ones', (mark) => `{ q${mark}: me(a:[${fill('"" ', 1_440)}]) { id } }`],
  ['comments: 96 kB in lines of one', (mark) => `${fill('#\n', 62_000)}{ q${mark}: nothing }`],
  ['comments: one of 96 kB', (mark) => `#${fill('x')}\n{ q${mark}: nothing }`],
  [
    'faults: 50 and more, after 45,000 empty lines',
    (mark) => `${fill('\n', 45_000)}{ me { q${mark}: id ${list(240, (n) => `u${n}`).join(' ')} } }`,
  ],
  [
    'faults: 50 and more, after a string of 90 kB',
    (mark) => `{ me(a:"${fill('x', 90_000)}") { q${mark}: id ${list(240, (n) => `u${n}`).join(' ')} } }`,
  ],
  ['blanks: commas and byte order marks', (mark) => `${fill(',\ufeff', 40_000)}{ q${mark}: nothing }`],
  ['names: one of 96 kB', (mark) => `{ q${mark}${fill('a')} }`],
  ['names: 240 unknown, of 390 characters', (mark) => `{ me { q${mark}: id ${list(240, (n) => `${'a'.repeat(385)}${n}`).join(' ')} } }`],
  ['names: 240 nearly right, for suggestions', (mark) => `{ me { q${mark}: id ${list(240, (n) => `usernam${n}`).join(' ')} } }`],
  ['numbers: one of 96 kB', (mark) => `{ q${mark}: me(a:${fill('1')}) { id } }`],
  ['no GraphQL: 96 kB of !', (mark) => `q${mark}${fill('!')}`],
  ['introspection: of types, 18 deep', (mark) => `{ q${mark}: __schema { types ${nested('{ fields { type ', '{ name }', '} }', 20)} } }`],
  ['variables: a list of 40,000', (mark) => [`${login} # ${mark}`, { input: { username: list(40_000, () => 1), password: '' } }]],
  ['variables: 8,000 names', (mark) => [`${login} # ${mark}`, Object.fromEntries(list(8_000, (n) => [`n${n}`, 1]))]],
  ['variables: nested 40,000 deep', (mark) => [`${login} # ${mark}`, nested('[', '1', ']', 45_000)]],
  [
    'variables: lists of lists within the limits',
    (mark) => [`${login} # ${mark}`, { input: list(100, () => list(100, () => list(3, () => 1))) }],
  ],
  [
    'variables: 90 unknown names in the input',
    (mark) => [`${login} # ${mark}`, { input: Object.fromEntries(list(90, (n) => [`${'n'.repeat(900)}${n}`, n])) }],
  ],
  ['variables: a string of 96 kB', (mark) => [`${login} # ${mark}`, { input: { username: fill('x'), password: '' } }]],
];

try {
  const gateway = await startGateway();
  try {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    console.log(
      `${rounds} rounds, Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}\n`,
    );
    console.log('| operation | answer | bytes | CPU ms each | gateway ms: least, median |\n| --- | --- | --- | --- | --- |');
    for (const [name, build] of attacks) console.log(await measure(name, build, gateway, agent));
    agent.destroy();
  } finally {
    gateway.process.kill('SIGTERM');
    await new Promise((resolve) => gateway.process.once('exit', resolve));
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(name, build, gateway, agent) {
  const times = [];
  let answer;
  let bytes = 0;
  let cpuBefore = 0;
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    if (round === 0) cpuBefore = cpuMs(gateway.process.pid);
    const [query, variables] = [build(String(round + warmUpRounds))].flat();
    const body =
      typeof variables === 'string'
        ? `{"query":${JSON.stringify(query)},"variables":{"input":${variables}}}`
        : JSON.stringify({ query, variables });
    answer = await post(gateway.port, body, agent);
    bytes = Buffer.byteLength(body);
    if (round >= 0) times.push(await gateway.timeOf(answer.id));
  }
  const cpu = (cpuMs(gateway.process.pid) - cpuBefore) / rounds;
  times.sort((left, right) => left - right);
  const [least, median] = [times[0], times[Math.floor(times.length / 2)]];
  return `| ${name} | ${answer.status} ${answer.code} | ${bytes} | ${cpu.toFixed(1)} | ${least.toFixed(1)}, ${median.toFixed(1)} |`;
}

/** User and system time of the process, in steps of 10 ms (proc(5)). */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function startGateway() {
  const child = spawn(process.execPath, [main, 'start'], { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const times = new Map();
  const port = await new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const [, found] = /^ {2}Health +\S+:(\d+)\/health$/.exec(line) ?? [];
      if (found) resolve(Number(found));
      if (!line.includes('"msg":"request"')) return;
      const { requestId, milliseconds } = JSON.parse(line);
      times.set(requestId, milliseconds);
    });
  });
  const timeOf = async (id) => {
    while (!times.has(id)) await new Promise((resolve) => setImmediate(resolve));
    return times.get(id);
  };
  return { process: child, port, timeOf };
}

function post(port, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'application/graphql-response+json',
    };
    const sent = request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        const code = JSON.parse(text).errors?.[0]?.extensions?.code ?? 'served';
        resolve({ status: response.statusCode, code, id: response.headers['x-request-id'] });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
