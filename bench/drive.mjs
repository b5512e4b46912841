// Driving a server: many requests as fast as it answers, or one at a time at a steady pace.
import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuMicros } from './processes.mjs';
import { driveByWrk } from './wrk.mjs';

/** A late answer is an answer: in a storm some come after more than the ten seconds that autocannon would wait. */
const patienceSeconds = 60;

/**
 * Sends `requests` in turn over `connections`, to every origin alike. Any answer that is not as expected is an error
 * of the bench, and ends it: a server that refuses quickly must not look fast. `mayRefuse`: refusals are counted and not answers.
 */
export async function drive({ origins, requests, pids = [], connections = 32, seconds, mayRefuse = false, client = 'autocannon' }) {
  const before = cpuMicros(pids);
  const { answered, refusals, errors, rate, p50, p99 } = await clients[client]({ origins, requests, connections, seconds });
  const cpu = cpuMicros(pids) - before;
  if ((refusals > 0 && !mayRefuse) || errors > 0 || answered === 0)
    throw new Error(`${origins}: ${answered} answers, ${refusals} refusals, ${errors} errors`);
  return { rate, p50, p99, cpu: cpu / answered, refusals };
}

/** In JavaScript, and in C: the second takes less of the cores that driver and server share. */
const clients = {
  autocannon: async ({ origins, requests, connections, seconds }) => {
    const { default: autocannon } = await import('autocannon'); // the bench's own dependency: --check does without it
    const result = await autocannon({ url: origins, requests, connections, duration: seconds, timeout: patienceSeconds });
    const answered = result['2xx'];
    const { p50, p99 } = result.latency;
    return { answered, refusals: result.non2xx, errors: result.errors, rate: answered / result.duration, p50, p99 };
  },
  wrk: (load) => driveByWrk(load, patienceSeconds),
};

/** One JSON request; gives status and body. */
export async function send(origin, { method = 'GET', path, headers = {}, body }) {
  const response = await fetch(origin + path, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

/** The times in milliseconds of one request every `everyMs`, until `until` is over. A late answer does not hold the next one up. */
export async function pace({ origin, request, everyMs = 20, until }) {
  const agent = new Agent({ keepAlive: true });
  const times = [];
  const open = new Set();
  let over = false;
  until.finally(() => (over = true));
  while (!over) {
    const begin = performance.now();
    const one = ask(agent, origin, request).then(({ status }) => {
      if (status !== 200) throw new Error(`status ${status}`);
      times.push(performance.now() - begin);
    });
    open.add(one);
    one.finally(() => open.delete(one)).catch(() => {});
    await sleep(everyMs);
  }
  await Promise.all(open);
  agent.destroy();
  return times;
}

/** One request over a connection that stays open: cheaper for the cores that driver and server share than `fetch`. Gives status and text. */
export function ask(agent, origin, { path, headers, method = 'GET', body }) {
  return new Promise((resolve, reject) => {
    const all = { ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }), ...headers };
    const sent = httpRequest(origin + path, { agent, headers: all, method }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.once('end', () => resolve({ status: response.statusCode, body: text }));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

export const quantile = (values, share) => {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};

export const median = (values) => quantile(values, 0.5);
