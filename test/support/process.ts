import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './postgresql';
import { readStage } from './stage';

/** The program as it is shipped, in a process of its own. */
export const program = join(__dirname, '../../dist/main.js');

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly finished: Promise<Finished>;
}

export interface Gateway extends Running {
  /** Where it listens, without a slash at the end. */
  readonly url: string;
}

/** What a process needs of ours; no setting of the developer's own shell gets in. */
const plainEnvironment = { PATH: process.env.PATH, HOME: process.env.HOME };

/** A folder of its own for a process to run in. */
export const newFolder = (): string => mkdtempSync(join(readStage().folder, 'process-'));

/** Those of this test file that have not ended. */
const running = new Set<ChildProcess>();
if (typeof afterAll === 'function')
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL'); // a sentence that failed has left them
  });

/** Starts `gatehouse …` in `folder`. Standard input is empty unless `input` is given. */
export function spawnGatehouse(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env: { ...plainEnvironment, ...environment } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, finished };
}

/** Runs one command to its end. */
export const runGatehouse = (...how: Parameters<typeof spawnGatehouse>): Promise<Finished> => spawnGatehouse(...how).finished;

/** Starts the gateway on a free port, whatever its PUBLIC_URL says. @throws when it ends before it is ready */
export async function startGateway(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<Gateway> {
  for (;;) {
    const port = await freePort();
    const ours = { PORT: String(port), AUTH_BCRYPT_COST: '10', AUTH_DEMO_USER: 'off' };
    const gateway = spawnGatehouse(['start', ...options], folder, { ...ours, ...environment });
    const ready = new Promise<null>((resolve) => {
      gateway.child.stdout?.on('data', () => {
        if (/Gatehouse is ready\.|^\{\n/.test(gateway.stdout())) resolve(null);
      });
    });
    const early = await Promise.race([ready, gateway.finished]);
    if (early === null) return { ...gateway, url: `http://127.0.0.1:${port}` };
    // A port that was free a moment ago: another process of this machine may have taken it meanwhile.
    if (!early.stderr.includes(`the port ${port} is in use`))
      throw new Error(`the gateway ended with ${early.code} before it was ready: ${early.stderr}${early.stdout}`);
  }
}

/** Ends it at once, if it still runs. */
export async function killGateway({ child, finished }: Running): Promise<Finished> {
  child.kill('SIGKILL');
  return finished;
}
