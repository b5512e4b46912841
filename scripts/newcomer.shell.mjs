// What scripts/newcomer.mjs types into: a shell in a folder, with the environment of somebody who has just come.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prisma-schemas.mjs';

/** Beyond this a command hangs, on whatever machine, in milliseconds. */
const timeoutMs = 10 * 60_000;
/** What a gateway that was told to stop has for it, in milliseconds. */
const stopTimeoutMs = 30_000;

const running = new Set();

/** Without the settings of this shell, without what npm and git tell their scripts, and without the programs of this folder's own packages. */
export function plainEnvironment() {
  const settings = readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#? ?([A-Z][A-Z_]+)=/gm);
  const left = new Set([...settings].map(([, name]) => name));
  const ofCaller =
    /^(npm_(lifecycle|package|command|execpath|node_execpath)|npm_config_(local_prefix|loglevel)$|INIT_CWD$|GIT_(DIR|WORK_TREE|INDEX_FILE)$)/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !left.has(name) && !ofCaller.test(name)));
  const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.endsWith('node_modules/.bin'));
  const near = [process.env.NO_PROXY ?? process.env.no_proxy, 'localhost', '127.0.0.1'].filter(Boolean).join(',');
  return { ...env, PATH: path.join(':'), NO_PROXY: near, no_proxy: near };
}

/** Types `commands` in `folder`. */
export function type(commands, folder, environment) {
  const options = { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
  const child = spawn('bash', ['-c', `set -euo pipefail\n${commands}`], options);
  // Closed: the shell has ended, and so has everything that it started and that could still write.
  const ended = new Promise((resolve) => child.once('close', resolve));
  const shell = { pid: child.pid, commands, output: '', ended };
  const streams = [child.stdout, child.stderr];
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (text) => {
      shell.output += text;
    });
  running.add(shell);
  void ended.then(() => running.delete(shell));
  /** Until it has written `sign`. @throws when it ends before */
  const written = (sign) =>
    within(
      shell,
      new Promise((resolve, reject) => {
        const look = () => shell.output.includes(sign) && resolve();
        for (const stream of streams) stream.on('data', look);
        look();
        void ended.then((code) => reject(failed(shell, `ended with ${code} before it wrote “${sign}”`)));
      }),
    );
  return { shell, written, stop: () => stop(shell) };
}

/** Types `commands` and gives what they wrote. @throws when they fail */
export async function typeAndWait(commands, folder, environment) {
  const { shell } = type(commands, folder, environment);
  const code = await within(shell, shell.ended);
  if (code !== 0) throw failed(shell, `ended with ${code}`);
  return shell.output;
}

/** As Ctrl-C does: every process of this shell's group hears it. @throws when one stays */
async function stop(shell) {
  signal(shell, 'SIGINT');
  await within(shell, shell.ended, stopTimeoutMs);
}

/** Whatever still runs, at once. */
export async function stopAll() {
  for (const shell of running) {
    signal(shell, 'SIGKILL');
    await shell.ended;
  }
}

/** What a newcomer would see. */
export class Failed extends Error {}

function failed({ commands, output }, what) {
  const end = output.trimEnd().split('\n').slice(-40);
  return new Failed([`This ${what}:`, ...indent(commands.split('\n')), 'The end of what it wrote:', ...indent(end)].join('\n'));
}

const indent = (lines) => lines.map((line) => `    ${line}`);

function signal({ pid }, name) {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // it has gone by itself
  }
}

function within(shell, done, ms = timeoutMs) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(failed(shell, `is not done after ${ms / 1000} s`)), ms);
  });
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
