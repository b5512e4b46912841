// `npm run test:nodes`: the suite on every Node version that the gateway promises to run on, one after the other.
//
//   --smoke        a few files of each part that depends on Node, instead of the whole suite
//   --only 20,26   these versions alone
//   --busy N       beside N programs that only take processor time (`npm run test:loaded`: four, on this Node)
//   --here         on the Node that runs this, and no other
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchNode, NoBinary, nodeVersions } from './node-binaries.mjs';
import { root } from './prisma-schemas.mjs';

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    busy: { type: 'string', default: '0' },
    here: { type: 'boolean', default: false },
  },
});

/** The start, V8's flags, both doors on both databases, domains, forward-auth, hashing threads, SQLite's thread, the two packages. */
const smoke = [
  'process/start',
  'process/memory',
  'accounts/login',
  'accounts/normal-key',
  'forward-auth/verify',
  'passwords/pool',
  'database/sqlite/adapter',
  'client/package',
  'verify/verifier',
].map((name) => `test/${name}.test.ts`);
/** Forty processes at once say nothing about a version that one does not, and take most of the time. */
const smokeArguments = [...smoke, '--testNamePattern', '^(?!twenty starts at once)'];
/** Takes all the processor time that it gets. It ends by itself when whoever started it is gone, and after an hour. */
const busyProgram = `for (const end = Date.now() + 3_600_000; Date.now() < end && process.ppid === ${process.pid}; );`;

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-nodes-'));
const running = new Set();
process.once('exit', () => {
  for (const child of running) stop(child);
  rmSync(folder, { recursive: true, force: true });
});
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(1));

const results = [];
for (const wanted of chosen()) results.push({ version: wanted.version, ...(await runOn(wanted)) });
console.log(`\n${results.map(({ version, outcome }) => `Node ${version.padEnd(8)} ${outcome}`).join('\n')}`);
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;

function chosen() {
  if (values.here) return [{ version: process.versions.node, here: dirname(process.execPath) }];
  const lines = values.only?.split(',');
  return nodeVersions.filter(({ version }) => lines === undefined || lines.includes(version.split('.')[0]));
}

async function runOn(wanted) {
  try {
    return await test(wanted.version, wanted.here ?? fetchNode(wanted, folder));
  } catch (error) {
    if (!(error instanceof NoBinary)) throw error;
    console.error(`\n!!! NOT TESTED: Node ${wanted.version}. ${error.message}\n`);
    return { outcome: 'NOT TESTED', failed: error.registryAnswered };
  }
}

/** The suite with this `node` before all others, for Jest and for every program that a test starts. */
async function test(version, binary) {
  const env = { ...process.env, PATH: `${binary}:${process.env.PATH}` };
  const runs = spawnSync('node', ['--version'], { env, encoding: 'utf8' }).stdout.trim();
  if (runs !== `v${version}`) throw new Error(`wanted Node ${version}, and ${runs} runs`);
  console.log(`\nNode ${version}: ${values.smoke ? 'smoke' : 'the whole suite'}, beside ${values.busy} busy programs`);
  const busy = Array.from({ length: Number(values.busy) }, () => run('node', ['-e', busyProgram], env));
  const began = performance.now();
  const suite = values.smoke ? run('npx', ['--no-install', 'jest', ...smokeArguments], env) : run('npm', ['test'], env);
  const { code, stdout } = await suite.ended;
  for (const { child } of busy) stop(child);
  if (code !== 0) process.stdout.write(stdout);
  const counts = /^\d+ passed, \d+ failed, \d+ skipped$/m.exec(stdout)?.[0] ?? `ended with ${code}`;
  return { outcome: `${counts}, ${((performance.now() - began) / 1000).toFixed(0)} s`, failed: code !== 0 };
}

/** A program in this folder. What Jest tells goes to standard error, and is seen as it comes. */
function run(command, args, env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  running.add(child);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  const ended = new Promise((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code, stdout });
    });
  });
  return { child, ended };
}

/** It, and whatever it has started: npm does not pass a signal on. */
function stop({ pid }) {
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has gone by itself
  }
}
