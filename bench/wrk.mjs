// Driving a server by wrk, a client in C: Debian's package `wrk`.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Every request in turn, and at the end what was counted, in one line of JSON. */
const script = (requests) => `
local asked, next = {}, 0
function init()
${requests.map(({ method = 'GET', path, headers = {}, body }) => `  table.insert(asked, wrk.format(${[method, path].map(text)}, {${Object.entries(headers).map(([name, value]) => `[${text(name)}] = ${text(value)}`)}}, ${body === undefined ? 'nil' : text(body)}))`).join('\n')}
end
function request()
  next = next % #asked + 1
  return asked[next]
end
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format('{"all": %d, "micros": %d, "refusals": %d, "errors": %d, "p50": %f, "p99": %f}\\n', summary.requests, summary.duration,
    failed.status, failed.connect + failed.read + failed.write + failed.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
`;

/** A text of Lua. JSON's escapes are Lua's, but for those of other characters, which no request here has. */
const text = (value) => JSON.stringify(value);

/** One wrk for each origin, with its share of the connections. Milliseconds are the slower one's. */
export async function driveByWrk({ origins, requests, connections, seconds }, patienceSeconds) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-wrk-'));
  const file = join(folder, 'requests.lua');
  writeFileSync(file, script(requests));
  const share = String(Math.floor(connections / origins.length));
  const options = ['-t', '1', '-c', share, '-d', `${Math.max(1, Math.round(seconds))}s`, '--timeout', `${patienceSeconds}s`, '-s', file];
  try {
    const results = await Promise.all(origins.map((origin) => promisify(execFile)('wrk', [...options, origin])));
    const counted = results.map(({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1)));
    const sum = (of) => counted.reduce((total, one) => total + of(one), 0);
    const slowest = (of) => Math.max(...counted.map(of));
    return {
      answered: sum(({ all, refusals }) => all - refusals),
      refusals: sum(({ refusals }) => refusals),
      errors: sum(({ errors }) => errors),
      rate: sum(({ all, refusals, micros }) => ((all - refusals) * 1e6) / micros),
      p50: slowest(({ p50 }) => p50),
      p99: slowest(({ p99 }) => p99),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
