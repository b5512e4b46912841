// Starting what is measured, and what Linux says of it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that listens. `ready` finds its address in a line of its output. */
export async function start(command, args, options, ready) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  const lines = createInterface(child.stdout);
  const origin = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = ready(line);
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code} before it listened`)));
  });
  return { origin, pid: child.pid, child, stop: () => stop(child) };
}

export const startContender = (name, args = []) =>
  start(process.execPath, [new URL(`contenders/${name}.mjs`, import.meta.url).pathname, ...args], {}, (line) =>
    line.startsWith('{') ? JSON.parse(line).origin : undefined,
  );

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGCONT');
  child.kill('SIGTERM');
  await ended;
}

/** Until the URL answers 200; asked every 5 ms. */
export async function untilAnswering(url, child, timeoutMs = 30_000) {
  for (const deadline = performance.now() + timeoutMs; ; ) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${url} does not answer`);
    await sleep(5);
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ticksPerSecond = 100; // USER_HZ of every Linux

/** Processor time that these processes have taken so far, in microseconds: proc(5), utime and stime of all threads. */
export function cpuMicros(pids) {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
  }, 0);
}

/** Resident memory in MB (10^6 bytes). */
export const memoryMegabytes = (pid) => (Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024) / 1e6;
