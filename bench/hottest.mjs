// Where a node's time goes under load: the functions of a CPU profile, by their own time and with all that they call.
//
//   BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=DIR" node bench/run.mjs --only profile --contenders gatehouse --no-write
//   node bench/hottest.mjs DIR/CPU….cpuprofile [--last 5] [--top 40]
//
// --last: of the profile's last so many seconds, which are under load; the start of the process is not what is asked about.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { last: { type: 'string', default: '5' }, top: { type: 'string', default: '40' } },
});
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(positionals[0], 'utf8'));
const byId = new Map(nodes.map((node) => [node.id, node]));
const callerOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));

const nameOf = ({ callFrame: { functionName, url, lineNumber } }) =>
  `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?:node_modules|dist)\//, '')}${url && `:${lineNumber + 1}`}`;

/** Microseconds of each node of the tree within the window, without the time in which nothing was to do. */
function busyTime() {
  const times = new Map();
  const endsAt = timeDeltas.reduce((sum, delta) => sum + delta, 0);
  const beginsAt = endsAt - Number(values.last) * 1e6;
  let at = 0;
  samples.forEach((id, index) => {
    at += timeDeltas[index];
    if (at >= beginsAt && byId.get(id).callFrame.functionName !== '(idle)') times.set(id, (times.get(id) ?? 0) + timeDeltas[index]);
  });
  return times;
}

const add = (sums, name, time) => sums.set(name, (sums.get(name) ?? 0) + time);
const own = new Map();
const withCalls = new Map();
let total = 0;
for (const [id, time] of busyTime()) {
  total += time;
  add(own, nameOf(byId.get(id)), time);
  const above = new Set(); // a function that calls itself counts once
  for (let caller = id; caller !== undefined; caller = callerOf.get(caller)) above.add(nameOf(byId.get(caller)));
  for (const name of above) add(withCalls, name, time);
}

for (const [title, sums] of [
  ['own time', own],
  ['with what it calls', withCalls],
]) {
  process.stdout.write(`${title}, % of ${(total / 1e6).toFixed(2)} s\n`);
  const hottest = [...sums].sort(([, left], [, right]) => right - left).slice(0, Number(values.top));
  for (const [name, time] of hottest) process.stdout.write(`${((100 * time) / total).toFixed(1).padStart(6)}  ${name}\n`);
}
