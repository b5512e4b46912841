// The figures, each a function that fills rows of the table.
import { execFileSync } from 'node:child_process';
import { Agent } from 'node:http';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import bcrypt from 'bcryptjs';
import { comparisonsPerSecond } from './comparing.mjs';
import { ask, drive, median, pace, quantile, send } from './drive.mjs';
import { dueTokens, openScene, password } from './gatehouse.mjs';
import { memoryMegabytes } from './processes.mjs';

/** V8 gives memory and code back while others have their turns, and takes them again in the first three seconds. The base rests less between its turns. */
const awakeSeconds = 3;

/** A base is warm when this many turns in a row are this close; a machine that never gets there is too busy to measure on. */
const [steadyTurns, steadyShare, maxTurns] = [3, 0.05, 40];

/** Drives until the turns agree. A bare Apollo Server was measured half warm once, at half of what it makes when it is warm. */
async function untilSteady(turn) {
  const rates = [];
  for (;;) {
    rates.push((await turn()).rate);
    const last = rates.slice(-steadyTurns);
    const isSteady = last.length === steadyTurns && Math.max(...last) <= Math.min(...last) * (1 + steadyShare);
    if (isSteady || rates.length === maxTurns) return { turns: rates.length, isSteady };
  }
}

/**
 * One request, by each contender that has it, each right after `base` (A B A C A D, and again), so that whatever else the machine does meets both
 * alike. Ratios are the medians of the ratios to the turn before. The base is driven until it is warm before any turn counts; `steady` says when it
 * was, and `baseRates` its own figure over the run.
 */
export async function throughput(open, name, base, { rounds, seconds, warmUpSeconds, client = 'autocannon' }) {
  const found = Object.entries(open).filter(([, { requests }]) => requests[name]);
  const once = ({ origins, pids, requests }, length) => drive({ origins, pids, requests: requests[name], seconds: length, client });
  const turn = async (contender) => {
    await once(contender, awakeSeconds);
    return once(contender, seconds);
  };
  for (const [, contender] of found) await once(contender, warmUpSeconds);
  const results = new Map(found.map(([contender]) => [contender, []]));
  const others = found.filter(([contender]) => contender !== base);
  const hasBase = results.has(base) && others.length > 0;
  const steady = hasBase ? await untilSteady(() => once(open[base], seconds)) : null;
  for (let round = 0; round < rounds; round += 1)
    for (const [contender, server] of hasBase ? others : found) {
      const reference = hasBase ? await turn(open[base]) : undefined;
      if (reference) results.get(base).push({ result: reference, reference });
      results.get(contender).push({ result: await turn(server), reference });
    }
  const baseRates = (results.get(base) ?? []).map(({ result }) => result.rate);
  return Object.assign(
    found.map(([contender, { pids }]) => ({ contender, nodes: pids.length, ...summary(results.get(contender)) })),
    { steady, baseRates },
  );
}

function summary(turns) {
  const ratio = (field) => median(turns.map(({ result, reference }) => (reference ? result[field] / reference[field] : Number.NaN)));
  const of = (field) => median(turns.map(({ result }) => result[field]));
  return { rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu'), rateRatio: ratio('rate'), cpuRatio: ratio('cpu') };
}

/** Milliseconds of one comparison at cost 10, on a core that does nothing else. */
function compareMilliseconds() {
  const hash = bcrypt.hashSync(password, 10);
  const times = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const begin = performance.now();
    bcrypt.compareSync(password, hash);
    times.push(performance.now() - begin);
  }
  return median(times.slice(2));
}

/**
 * Log-ins over 16 connections, with somebody who reads a profile every 20 ms, before and during: by each contender in turn. What a comparison
 * takes, and how many a second `threads` make that do nothing else, is asked in each round: the limit is of the same minute.
 */
export async function storms(contenders, threads, { rounds, stormSeconds }) {
  const limits = [];
  const results = new Map(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const compareMs = compareMilliseconds();
    const limit = (threads * 1000) / compareMs;
    const ceiling = await comparisonsPerSecond(threads, stormSeconds);
    limits.push({ compareMs, limit, ceiling, ofLimit: ceiling / limit });
    for (const [name, contender] of Object.entries(contenders)) {
      const { rate, refusals, quietP99, stormP99 } = await storm(contender, stormSeconds);
      results.get(name).push({ rate, refusals, quietP99, stormP99, ofLimit: rate / limit, p99Ratio: stormP99 / quietP99 });
    }
  }
  const rows = [...results].map(([name, all]) => ({ name, hashing: contenders[name].hashing, ...medians(all) }));
  return { ...medians(limits), rows };
}

async function storm({ origins: [origin], pids, requests, tokens, profileOf }, seconds) {
  const reader = (until) => pace({ origin, request: requests.profile[0] ?? profileOf(tokens[0]), until });
  const logIn = (length) => drive({ origins: [origin], pids, requests: requests.login, connections: 16, seconds: length, mayRefuse: true });
  await reader(sleep(500));
  const quiet = await reader(sleep(seconds * 1000));
  await logIn(2);
  const running = logIn(seconds);
  const during = await reader(running.catch(() => {}));
  const { rate, refusals } = await running;
  return { rate, refusals, quietP99: quantile(quiet, 0.99), stormP99: quantile(during, 0.99) };
}

/** Log-ins a second over 16 connections by each of two hashes, in turn: the second beside the first. */
export async function hashes([first, second], { rounds, stormSeconds }) {
  const logIn = async ({ origins, pids, requests }, seconds) =>
    (await drive({ origins, pids, requests: requests.hashes, connections: 16, seconds, mayRefuse: true })).rate;
  for (const contender of [first, second]) await logIn(contender, stormSeconds); // the first log-in of a name may hash twice
  const turns = [];
  for (let round = 0; round < rounds; round += 1) {
    const [slow, quick] = [await logIn(first, stormSeconds), await logIn(second, stormSeconds)];
    turns.push({ slow, quick, ratio: quick / slow });
  }
  return medians(turns);
}

/** Of each field by itself. */
const medians = (all) => Object.fromEntries(Object.keys(all[0]).map((field) => [field, median(all.map((one) => one[field]))]));

/** Whether a token is refused on every node at once, when its log-out has been answered: `rounds` times. */
export async function refusedAfterLogout(contender, rounds = 20) {
  const { origins, signIn, logOut, profileOf, isRefused = ({ status }) => status === 401 } = contender;
  let accepted = 0;
  for (let round = 0; round < rounds; round += 1) {
    const origin = origins[round % origins.length];
    const token = await signIn(origin, `filler${(round % 32) + 1}`);
    for (const at of origins) if (isRefused(await send(at, profileOf(token)))) throw new Error('refused before the log-out');
    await logOut(token, origin);
    for (const at of origins) if (!isRefused(await send(at, profileOf(token)))) accepted += 1;
  }
  return { accepted, rounds: rounds * origins.length };
}

/**
 * Refreshes a second over 32 connections, beside the bare statement on as many rows. `due`: as clients do it, each session once, with a minute and
 * more since its last time. `again`: 32 sessions all the time, which the ledger counts as tries.
 */
export async function refreshes({ origins, databaseUrl }, { seconds, warmUpSeconds }) {
  const [origin] = origins;
  const agent = new Agent({ keepAlive: true });
  const spend = async (token) => {
    const request = { method: 'POST', path: '/v1/refresh', body: JSON.stringify({ refresh_token: token }) };
    const { status, body } = await ask(agent, origin, request);
    if (status !== 200) throw new Error(`refresh: ${status} ${body}`);
    return JSON.parse(body).refresh_token;
  };
  /** `next` gives a connection its next token, made of the one it got last; undefined: there is none. */
  const during = async (length, next) => {
    const until = performance.now() + length * 1000;
    let done = 0;
    const loop = async (connection) => {
      for (let token = next(connection); token !== undefined && performance.now() < until; done += 1)
        token = next(connection, await spend(token));
    };
    const begin = performance.now();
    await Promise.all(Array.from({ length: 32 }, (_, connection) => loop(connection)));
    return (done * 1000) / (performance.now() - begin);
  };
  const latest = [];
  for (let person = 1; person <= 32; person += 1) {
    const body = JSON.stringify({ username: `filler${person}`, password });
    latest.push((await send(origin, { method: 'POST', path: '/v1/login', body })).body.refresh_token);
  }
  const kinds = {
    due: async (length) => {
      const tokens = await dueTokens(databaseUrl);
      return during(length, () => tokens.pop());
    },
    again: (length) =>
      during(length, (connection, token) => {
        latest[connection] = token ?? latest[connection];
        return latest[connection];
      }),
  };
  const statement = () =>
    JSON.parse(
      execFileSync(
        process.execPath,
        [new URL('contenders/conditional-update.mjs', import.meta.url).pathname, databaseUrl, String(seconds)],
        { encoding: 'utf8' },
      ),
    ).rate;
  for (const kind of Object.values(kinds)) await kind(warmUpSeconds);
  const rounds = [];
  for (let round = 0; round < 3; round += 1)
    rounds.push({ due: await kinds.due(seconds), statement: statement(), again: await kinds.again(seconds) });
  agent.destroy();
  const of = (value) => median(rounds.map(value));
  return Object.keys(kinds).map((kind) => ({
    kind,
    refresh: of((round) => round[kind]),
    statement: of((round) => round.statement),
    ratio: of((round) => round[kind] / round.statement),
  }));
}

/** Profiles read from a small and from a large database, with what is remembered and without (a write before each request). */
export async function growth(stage, { rounds, seconds, warmUpSeconds, users }) {
  const sizes = [
    ['small', 1_000, 3],
    ['large', users, 3],
  ];
  const open = {};
  const fillSeconds = {};
  for (const [name, count, sessionsEach] of sizes) {
    const begin = performance.now();
    const scene = await openScene({
      databaseUrl: `file:${join(stage.folder, `${name}.db`)}`,
      folder: stage.folder,
      users: count,
      sessionsEach,
    });
    fillSeconds[name] = (performance.now() - begin) / 1000;
    open[name] = {
      ...scene,
      requests: { profile: scene.tokens.map((token) => ({ path: '/v1/profile', headers: { authorization: `Bearer ${token}` } })) },
    };
  }
  try {
    const rows = await throughput(open, 'profile', 'small', { rounds, seconds, warmUpSeconds });
    // Another connection writes all the time, so that hardly any answer comes out of memory.
    const unremembered = await whileWriting(open, () => throughput(open, 'profile', 'small', { rounds, seconds, warmUpSeconds: 1 }));
    return { rows, unremembered, users, sessions: users * 3 };
  } finally {
    for (const { stop } of Object.values(open)) await stop();
  }
}

async function whileWriting(open, work) {
  const { default: Database } = await import('libsql');
  const writers = Object.values(open).map(({ databaseUrl }) => {
    const database = new Database(databaseUrl.replace(/^file:/, ''));
    database.exec('PRAGMA synchronous=OFF');
    database.exec('CREATE TABLE IF NOT EXISTS bench_writes (n INTEGER)');
    return database;
  });
  let over = false;
  const writing = (async () => {
    while (!over) {
      for (const database of writers)
        try {
          database.exec('INSERT INTO bench_writes VALUES (1)');
        } catch {
          // the gateway is writing: the next one
        }
      await sleep(1);
    }
  })();
  try {
    return await work();
  } finally {
    over = true;
    await writing;
    for (const database of writers) database.close();
  }
}

/** From the start to the first answer, and memory: idle, and after load. */
export async function footprint(open) {
  const rows = [];
  for (const [contender, { nodes }] of Object.entries(open)) {
    const [node] = nodes;
    rows.push({ contender, firstAnswerSeconds: node.firstAnswerSeconds, memoryAfterLoad: memoryMegabytes(node.pid) });
  }
  return rows;
}

/** Event-loop delay of a node under reads, log-ins and refreshes at once, in milliseconds. */
export async function mix(stage, { stormSeconds }) {
  const { freePort } = await import('./processes.mjs');
  const port = await freePort();
  const environment = { METRICS_PORT: String(port) };
  const scene = await openScene({ databaseUrl: `file:${join(stage.folder, 'mix.db')}`, folder: stage.folder, environment });
  const memoryIdle = memoryMegabytes(scene.pids[0]);
  const bearer = (token) => ({ authorization: `Bearer ${token}` });
  const profile = scene.tokens.map((token) => ({ path: '/v1/profile', headers: bearer(token) }));
  const login = Array.from({ length: 100 }, (_, index) => ({
    method: 'POST',
    path: '/v1/login',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: `filler${index + 1}`, password }),
  }));
  const load = (seconds) =>
    Promise.all([
      drive({ origins: scene.origins, requests: profile, connections: 16, seconds }),
      drive({ origins: scene.origins, requests: login, connections: 8, seconds, mayRefuse: true }),
    ]);
  const read = async () =>
    /^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())?.[1];
  await load(3);
  await read(); // begins a new interval
  await load(stormSeconds);
  const lag = Number(await read()) * 1000;
  const memoryAfter = memoryMegabytes(scene.pids[0]);
  await scene.stop();
  return { lag, memoryIdle, memoryAfter };
}

/** Memory of a node that has answered nothing but the question whether it is there. */
export async function idle(stage) {
  const { startNode, prepare } = await import('./gatehouse.mjs');
  const databaseUrl = `file:${join(stage.folder, 'idle.db')}`;
  prepare(databaseUrl, stage.folder);
  const firsts = [];
  let memory = 0;
  for (let start = 0; start < 3; start += 1) {
    const node = await startNode(databaseUrl, stage.folder, { NODE_ENV: 'production' });
    firsts.push(node.firstAnswerSeconds);
    await sleep(1_000);
    memory = memoryMegabytes(node.pid);
    await node.stop();
  }
  return { firstAnswerSeconds: median(firsts), memory };
}

export const coreCount = () => cpus().length;
