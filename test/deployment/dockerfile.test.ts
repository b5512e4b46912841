import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../support/postgresql';
import { until } from '../support/until';
import { type Instruction, readDockerfile } from './dockerfile';

const [build = [], final = []] = readDockerfile('Dockerfile');
const argsOf = (stage: readonly Instruction[], name: string) => stage.filter((each) => each.name === name).map(({ args }) => args);

let folder: string;
let image: string;
let gateway: ChildProcess | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
  chmodSync(folder, 0o755);
});
afterAll(() => {
  gateway?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const copy = (args: string, from: string, to: string): void => {
  const parts = args.replace('--from=build ', '').replaceAll('/gatehouse/', '').split(' ');
  const target = join(to, parts.pop() ?? '');
  for (const part of parts) {
    const into = part.includes('.') || target.endsWith('/') ? target : resolve(target, '..');
    mkdirSync(into, { recursive: true });
    execFileSync('cp', [args.startsWith('--from=build') ? '-al' : '-a', '--', resolve(from, part), into]);
  }
};

/** Runs a stage's COPY and RUN in its folder. */
function runStage(stage: readonly Instruction[], context: string, built: string | null, to: string): void {
  for (const { name, args } of stage) {
    if (name === 'COPY') copy(args, args.startsWith('--from=build') ? (built ?? '') : context, to);
    if (name !== 'RUN') continue;
    // What the tests themselves run on came from `npm ci` with the same lock file: linked, not fetched a second time.
    if (args === 'npm run build') leaveCompiled(context, to);
    if (args === 'npm ci') execFileSync('cp', ['-al', `${resolve(context, 'node_modules')}/`, join(to, 'node_modules')]);
    else execFileSync('sh', ['-ec', args.replaceAll('chown node:node', 'true')], { cwd: to, stdio: 'pipe' });
  }
}

/** What the tests run was compiled from the same sources: the compiler finds its own work, sees that it is up to date, and judges it once. */
function leaveCompiled(context: string, to: string): void {
  execFileSync('cp', ['-a', '--', resolve(context, 'dist'), to]);
  rmSync(join(to, 'dist/.made-from')); // so that it is asked
}

/** Root in a container of CI: then the gateway runs as nobody. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;

it('the Dockerfile builds what runs: without a development dependency, as a user, and writing to data alone', async () => {
  const stage = join(folder, 'build');
  image = join(folder, 'image');
  mkdirSync(stage);
  mkdirSync(image);
  runStage(build, '.', null, stage);
  runStage(final, '.', stage, image);
  expect(existsSync(join(image, 'node_modules/fastify'))).toBe(true);
  for (const name of ['jest', 'prisma', 'typescript', '@types', '@gatehouse'])
    expect(existsSync(join(image, 'node_modules', name))).toBe(false);

  expect(argsOf(final, 'USER')).toEqual(['node']);
  expect(argsOf(final, 'VOLUME')).toEqual(['/gatehouse/data']);
  if (unprivileged) chownSync(join(image, 'data'), unprivileged.uid, unprivileged.gid);
  else for (const path of [image, join(image, 'dist'), join(image, 'prisma')]) chmodSync(path, 0o555);

  const port = String(await freePort());
  const settings = Object.fromEntries(argsOf(final, 'ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('='))));
  const env = {
    PATH: process.env.PATH ?? '',
    ...settings,
    HOST: '127.0.0.1',
    PORT: port,
    AUTH_SECRET: randomBytes(48).toString('base64'),
    AUTH_BCRYPT_COST: '10',
  };
  const [program = '', ...args] = JSON.parse(argsOf(final, 'CMD')[0] ?? '[]') as string[];
  gateway = spawn(program, args, { cwd: image, env, stdio: ['ignore', 'pipe', 'inherit'], ...unprivileged });
  await new Promise<void>((ready, failed) => {
    gateway?.stdout?.on('data', (text) => String(text).includes('Gatehouse is ready.') && ready());
    gateway?.once('exit', (code) => failed(new Error(`it ended with ${code}`)));
  });

  const health = (argsOf(final, 'HEALTHCHECK')[0] ?? '').replace(/^.* CMD /, '');
  execFileSync('sh', ['-c', health], { env });
  expect(() => execFileSync('sh', ['-c', health], { env: { ...env, PORT: '1' }, stdio: 'ignore' })).toThrow();
  const register = () =>
    fetch(`http://127.0.0.1:${port}/v1/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' }),
    });
  const statuses: number[] = [];
  await until(
    'a machine that is busy has time for a hash',
    async () => statuses.push((await register()).status) > 0 && statuses.at(-1) !== 503,
  );
  expect(statuses.at(-1)).toBe(201);
  expect(readdirSync(image).sort()).toEqual(['data', 'dist', 'explorer', 'node_modules', 'package.json', 'prisma']);

  const ended = new Promise((done) => gateway?.once('exit', done));
  gateway.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 300_000);
