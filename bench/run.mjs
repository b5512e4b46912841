// How fast Gatehouse is, beside servers that check nothing and servers that do: docs/performance.md.
//
//   npm run build && npm ci --prefix bench && node bench/run.mjs [options]
//
//   --only a,b       figures: profile verify me storm logout refresh growth mix start (all)
//   --contenders a,b of bench/contenders.mjs (all)
//   --rounds N       of each comparison (5)        --seconds N   of each turn (4)
//   --warm-up N      seconds, once for each (6)    --storm N     seconds of each storm and of the mix (5)
//   --users N        of the large database (1000000)
//   --check          starts every contender, asks each once, writes nothing
//   --no-write       prints the table and leaves the page alone
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { contenders } from './contenders.mjs';
import { fill, startPostgresql } from './databases.mjs';
import { send } from './drive.mjs';
import { footprint, growth, hashes, idle, mix, refreshes, refusedAfterLogout, storms, throughput } from './figures.mjs';
import { prepare, signIn, startNode } from './gatehouse.mjs';
import { fixed, table, whole, writeInto } from './report.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    contenders: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: '6' },
    storm: { type: 'string', default: '5' },
    users: { type: 'string', default: '1000000' },
    other: { type: 'string' },
    clients: { type: 'string', default: 'autocannon,wrk' },
    check: { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
  },
});
const options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  warmUpSeconds: Number(values['warm-up']),
  stormSeconds: Number(values.storm),
  users: Number(values.users),
};
const wanted = (name) => !values.only || values.only.split(',').includes(name);
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
const needsPostgresql = (values.contenders?.split(',') ?? Object.keys(contenders)).some((name) => contenders[name].needsPostgresql);
const postgresql = needsPostgresql ? await startPostgresql() : null;
if (needsPostgresql && postgresql === null) say('no PostgreSQL on this machine: its rows are left out');
const stage = { folder, postgresql, seeded, people: values.check ? 2 : 32, other: values.other && resolve(values.other) };
const kindsOfRefresh = { due: 'when it is due', again: 'again at once' };
const open = {};
const sections = [];
const begun = performance.now();
let failed = false;
try {
  await openAll();
  if (values.check) await checkAll();
  else await measureAll();
} catch (error) {
  failed = true;
  say(error.stack);
} finally {
  for (const { stop } of Object.values(open)) await stop();
  await postgresql?.stop();
  rmSync(folder, { recursive: true, force: true });
}
if (!values.check && sections.length > 0) {
  // What was measured before something failed is kept: the exit code tells.
  const text = [heading(), ...sections].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (!values['no-write']) writeInto(new URL('../docs/performance.md', import.meta.url).pathname, text);
}
process.exitCode = failed ? 1 : 0;

async function openAll() {
  const names = values.contenders?.split(',') ?? Object.keys(contenders);
  const needed = ['profile', 'verify', 'me', 'storm', 'logout', 'refresh', 'start', 'hashes'].some(wanted);
  for (const name of needed ? names : []) {
    const { open: start, needsPostgresql, needsOther, only } = contenders[name];
    if (only !== undefined && !wanted(only)) continue;
    if ((needsPostgresql && postgresql === null) || (needsOther && stage.other === undefined)) continue;
    say(`starts ${name}`);
    open[name] = await start(stage);
  }
}

/** Every contender answers what it will be asked. */
async function checkAll() {
  for (const [name, { origins, requests }] of Object.entries(open))
    for (const [figure, [request]] of Object.entries(requests))
      for (const origin of origins) {
        const { status } = await send(origin, request);
        if (status !== 200) throw new Error(`${name}: ${figure} gave ${status}`);
      }
  process.stdout.write(`${Object.keys(open).join(' ')} answer\n`);
}

async function measureAll() {
  for (const [name, base, title] of [
    ['profile', 'fastify', 'Authenticated `GET /v1/profile`'],
    ['verify', 'gatehouse', '`GET /v1/verify`, forward-auth'],
    ['me', 'apollo-fastify', 'GraphQL `me { id username email createdAt }`'],
  ]) {
    if (!wanted(name)) continue;
    // Forward-auth answers with headers alone; its yardstick is the same bare route.
    const set =
      name === 'verify' && open.fastify
        ? { ...open, fastify: { ...open.fastify, requests: { verify: open.fastify.requests.profile } } }
        : open;
    const yardstick = name === 'verify' ? 'fastify' : base;
    for (const client of values.clients.split(',')) {
      say(`measures ${name} by ${client}`);
      sections.push(comparison(`${title}, by ${client}`, yardstick, await throughput(set, name, yardstick, { ...options, client })));
    }
  }
  if (wanted('start')) await measureStart();
  if (wanted('storm')) await measureStorm();
  if (wanted('hashes')) await measureHashes();
  if (wanted('logout')) await measureLogout();
  if (wanted('refresh')) await measureRefresh();
  if (wanted('mix')) {
    say('measures the mix');
    const { lag, memoryIdle, memoryAfter } = await mix(stage, options);
    sections.push(
      `### Event loop under a mix\n\nProfiles over 16 connections and log-ins over 8 at once: event-loop delay, p99, ${fixed(lag, 1)} ms. Memory before ${whole(memoryIdle)} MB, after ${whole(memoryAfter)} MB.`,
    );
  }
  if (wanted('growth')) {
    say(`fills a database with ${options.users} users`);
    sections.push(growthSection(await growth(stage, options)));
  }
}

function comparison(title, base, rows) {
  const head = ['contender', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs a request', 'rate', 'CPU'];
  const lines = rows.map(({ contender, rate, p50, p99, cpu, rateRatio, cpuRatio }) => [
    contenders[contender].title,
    whole(rate),
    fixed(p50, 1),
    fixed(p99, 1),
    fixed(cpu, 1),
    fixed(rateRatio),
    fixed(cpuRatio),
  ]);
  return [
    `### ${title}`,
    `The last two columns are ratios to ${contenders[base].title}, each to its turn right before. ${runOf(rows)}`.trim(),
    table(head, lines),
  ].join('\n\n');
}

/** How the base itself did: a base that was not warm makes everybody beside it fast. */
function runOf({ steady, baseRates }) {
  if (steady === null) return '';
  const warm = steady.isSteady
    ? `It was warm after ${steady.turns} turns (three in a row within 5 %)`
    : `Three turns of it never agreed within 5 % (${steady.turns} tried)`;
  const [slowest, fastest] = [Math.min(...baseRates), Math.max(...baseRates)];
  return `${warm}, and made ${whole(slowest)} to ${whole(fastest)} requests/s over the run.`;
}

async function measureStart() {
  say('measures the start');
  const { firstAnswerSeconds, memory } = await idle(stage);
  const loaded = (await footprint(open)).filter(({ contender }) => contender === 'gatehouse' || contender === 'fastify');
  const lines = [['Gatehouse, SQLite, NODE_ENV=production, idle', `${fixed(firstAnswerSeconds)} s`, whole(memory)]];
  for (const { contender, memoryAfterLoad } of loaded)
    lines.push([`${contenders[contender].title}, after the load above`, '', whole(memoryAfterLoad)]);
  sections.push(`### Start and memory\n\n${table(['', 'first answer after', 'resident MB'], lines)}`);
}

async function measureStorm() {
  say('storms');
  const cores = cpus().length;
  const stormed = Object.fromEntries(
    ['gatehouse', 'tutorial', 'better-auth'].filter((name) => open[name]).map((name) => [name, open[name]]),
  );
  const { compareMs, limit, ceiling, ofLimit, rows } = await storms(stormed, cores, options);
  const lines = [
    [`${cores} threads that compare, and nothing else`, 'bcrypt, cost 10', fixed(ceiling, 1), fixed(ofLimit), '', '', '', ''],
    ...rows.map((row) => [
      contenders[row.name].title,
      row.hashing,
      fixed(row.rate, 1),
      row.hashing.startsWith('bcrypt') ? fixed(row.ofLimit) : '–',
      whole(row.refusals),
      fixed(row.quietP99, 1),
      fixed(row.stormP99, 1),
      fixed(row.p99Ratio, 1),
    ]),
  ];
  const head = ['contender', 'hash', 'log-ins/s', 'of the limit', 'refused (503)', 'p99 quiet ms', 'p99 in the storm ms', 'ratio'];
  sections.push(
    `### A storm of log-ins\n\n16 connections log in for ${options.stormSeconds} s; somebody reads a profile every 20 ms. The limit is ${cores} cores ÷ ${fixed(compareMs, 1)} ms of one comparison = ${fixed(limit, 1)}/s, asked in each round.\n\n${table(head, lines)}`,
  );
}

async function measureHashes() {
  const pair = ['bcrypt-12', 'argon2id'];
  if (!pair.every((name) => open[name])) return;
  say('logs in by each hash');
  const { slow, quick, ratio } = await hashes(
    pair.map((name) => open[name]),
    options,
  );
  const lines = [slow, quick].map((rate, place) => [contenders[pair[place]].title, fixed(rate, 1), fixed(place === 0 ? 1 : ratio, 1)]);
  sections.push(`### Log-ins by each hash\n\n16 connections, in turn.\n\n${table(['hash', 'log-ins/s', 'ratio'], lines)}`);
}

async function measureLogout() {
  const lines = [];
  for (const [name, contender] of Object.entries(open)) {
    if (!contender.logOut) continue;
    say(`logs out of ${name}`);
    const { accepted, rounds } = await refusedAfterLogout(contender);
    lines.push([contenders[name].title, accepted === 0 ? 'yes' : 'no', `${accepted} of ${rounds}`]);
  }
  sections.push(`### Refused right after a log-out, on every node\n\n${table(['contender', 'refused', 'accepted all the same'], lines)}`);
}

async function measureRefresh() {
  const lines = [];
  for (const name of ['gatehouse', 'postgresql']) {
    if (!open[name]) continue;
    say(`refreshes on ${name}`);
    for (const { kind, refresh, statement, ratio } of await refreshes(open[name], options))
      lines.push([`${contenders[name].title}, ${kindsOfRefresh[kind]}`, whole(refresh), whole(statement), fixed(ratio)]);
  }
  sections.push(
    `### Refresh\n\nOver 32 connections: of sessions whose last refresh is a minute or more ago, as clients do it; and of 32 sessions all the time, which the ledger counts.\n\n${table(['', 'refreshes/s', 'bare conditional UPDATE/s', 'ratio'], lines)}`,
  );
}

function growthSection({ rows, unremembered, users, sessions }) {
  const line = (name, all) => {
    const [small, large] = all;
    return [name, fixed(small.cpu, 1), fixed(large.cpu, 1), fixed(large.cpuRatio), whole(small.rate), whole(large.rate)];
  };
  const head = ['', 'CPU µs at 1,000 users', `CPU µs at ${whole(users)} users`, 'ratio', 'requests/s', 'requests/s'];
  return `### Growth\n\nProfiles of a database with ${whole(sessions)} sessions against one with 3,000.\n\n${table(head, [line('nothing is written meanwhile', rows), line('another process writes 1,000 times a second', unremembered)])}`;
}

function heading() {
  const versions = { ...createRequire(import.meta.url)('./package.json').dependencies };
  const [cpu] = cpus();
  const minutes = Math.round((performance.now() - begun) / 60_000);
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpu.model.trim()}), ${Math.round(totalmem() / 1e9)} GB, ${process.platform}, Node ${process.version}${postgresql ? `, PostgreSQL ${postgresql.version}` : ''}; ${list.join(', ')}.`,
    `${options.rounds} rounds of ${options.seconds} s, 32 connections, driver on the same cores; medians. The whole run took ${minutes} minutes.`,
  ].join('\n');
}

/** A SQLite file with the users of the others, made once. */
async function seeded() {
  const file = join(folder, 'seeded.db');
  if (existsSync(file)) return file;
  const databaseUrl = `file:${file}`;
  prepare(databaseUrl, folder);
  const node = await startNode(databaseUrl, folder);
  await signIn(node.origin, 1, () => 'seed');
  await fill(databaseUrl, 1_000, 3);
  await node.stop();
  return file;
}
