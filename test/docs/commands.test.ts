import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { settings } from '../../src/app/load-config';
import { readDockerfile } from '../deployment/dockerfile';
import { codeBlocks, commandsFor, documents } from '../support/documents';
import { findBinaries, freePort } from '../support/postgresql';
import { type Gateway, killGateway, newFolder, program, startGateway } from '../support/process';
import { readStage } from '../support/stage';

/** What an operator types, by document, in order. */
const commandsOf = (document: string): string[] => codeBlocks(document).flatMap(({ language, code }) => (language === 'sh' ? [code] : []));

/** What has been typed, as the documents have it: `…` is where a secret goes. */
const typed: string[] = [];

/** A shell in a folder of its own, where `npx gatehouse` is what was built here, and PostgreSQL's programs reach the tests' server. */
function openShell(folder: string, environment: Readonly<Record<string, string>> = {}, secret = '') {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = gatehouse ] && shift && exec "${process.execPath}" "${program}" "$@"\nexit 64\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  const server = new URL(readStage().postgresqlUrl);
  const env = {
    PATH: [bin, findBinaries(), process.env.PATH].join(':'),
    HOME: folder,
    ...{ PGHOST: server.hostname, PGPORT: server.port, PGUSER: server.username },
    ...environment,
  };
  return (commands: string) => {
    typed.push(commands);
    return promisify(execFile)('bash', ['-c', `set -euo pipefail\n${commands.replace('…', secret)}`], { cwd: folder, env });
  };
}

const kate = { username: 'kate', email: 'kate@example.com', password: 'a quiet garden gate' };
const post = async (gateway: Gateway, path: string, body: unknown) =>
  (await fetch(gateway.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status;
const loginAs = (gateway: Gateway, username: string) => post(gateway, '/v1/login', { username, password: kate.password });

describe('docs/databases.md', () => {
  const [makeDatabase = '', backUp = '', restore = '', dump = '', restoreDump = '', endAll = ''] = commandsOf('docs/databases.md');

  it('backs up a running gateway on SQLite, and restores it', async () => {
    const folder = newFolder();
    const shell = openShell(folder);
    const first = await startGateway(folder);
    expect(await post(first, '/v1/register', kate)).toBe(201);
    const { stdout } = await shell(backUp);
    expect(stdout).toMatch(/^backup\.db has everything \(\d+ bytes\)/);
    expect((statSync(join(folder, 'backup.db')).mode & 0o777).toString(8)).toBe('600');
    await expect(shell(backUp)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('backup.db is there already') });

    expect(await post(first, '/v1/register', { ...kate, username: 'late', email: 'late@example.com' })).toBe(201);
    await killGateway(first);
    writeFileSync(join(folder, 'data/auth-secret'), randomBytes(48).toString('base64'));
    expect((await shell(restore)).stdout).toMatch(/1 sessions of 1 users ended/);
    const second = await startGateway(folder);
    expect([await loginAs(second, 'kate'), await loginAs(second, 'late')]).toEqual([200, 401]);
    await killGateway(second);
  });

  it('makes a PostgreSQL database, backs it up, and restores it', async () => {
    const folder = newFolder();
    const server = new URL(readStage().postgresqlUrl);
    const environment = {
      DATABASE_URL: `postgresql://gatehouse@${server.host}/gatehouse`,
      AUTH_SECRET: randomBytes(32).toString('base64'),
    };
    const shell = openShell(folder, environment);
    await shell(makeDatabase);
    const first = await startGateway(folder, environment);
    expect(await post(first, '/v1/register', kate)).toBe(201);
    await shell(dump);
    expect(await post(first, '/v1/register', { ...kate, username: 'late', email: 'late@example.com' })).toBe(201);
    await killGateway(first);
    await shell(restoreDump);
    expect((await shell(endAll)).stdout).toMatch(/1 sessions of 1 users ended/);
    const second = await startGateway(folder, environment);
    expect([await loginAs(second, 'kate'), await loginAs(second, 'late')]).toEqual([200, 401]);
    await killGateway(second);
    await expect(shell(backUp)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('pg_dump') });
  });
});

it('docs/audit.md: the events of a user, and the refused logins', async () => {
  const folder = newFolder();
  const gateway = await startGateway(folder);
  await post(gateway, '/v1/register', kate);
  await post(gateway, '/v1/login', { username: 'kate', password: 'a wrong guess' });
  const { stdout } = await openShell(folder)(commandsOf('docs/audit.md').join(''));
  expect(stdout).toMatch(/user\.registered +ok/);
  expect(JSON.parse(stdout.slice(stdout.indexOf('\n[')))).toMatchObject([{ event: 'login', outcome: 'refused' }]);
  await killGateway(gateway);
});

it('docs/passwords.md: makes a list of breached passwords that a gateway uses', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'data'));
  const hash = createHash('sha1').update(kate.password).digest('hex').toUpperCase();
  writeFileSync(join(folder, 'pwned-passwords.txt'), `${hash}:10\n`);
  const { stdout } = await openShell(folder)(commandsOf('docs/passwords.md').join(''));
  const [, name = '', value = ''] = /Set (\w+)=(\S+)\n$/.exec(stdout) ?? [];
  const gateway = await startGateway(folder, { [name]: value });
  expect(await post(gateway, '/v1/register', kate)).toBe(400);
  expect(await post(gateway, '/v1/register', { ...kate, password: 'another quiet garden gate' })).toBe(201);
  await killGateway(gateway);
});

it('docs/mail.md: a mail to try it, and the folder that it lies in', async () => {
  const { stdout } = await openShell(newFolder())(commandsOf('docs/mail.md').join(''));
  expect(stdout).toMatch(/^file:\.\/data\/mail took a mail for kate@example\.com, from no-reply@localhost\./);
  expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+Z-test-[\da-f-]{36}\.eml$/m);
});

it('docs/permissions.md: a role that stands for permissions, and a file of roles', async () => {
  const folder = newFolder();
  const gateway = await startGateway(folder);
  await post(gateway, '/v1/register', kate);
  const shell = openShell(folder);
  expect((await shell(commandsOf('docs/permissions.md').join(''))).stdout).toMatch(/SUPPORT +orders:read orders:refund +Answers customers/);
  const file = codeBlocks('docs/permissions.md').find(({ language }) => language === 'json');
  writeFileSync(join(folder, 'roles.json'), file?.code ?? '');
  expect((await shell('npx gatehouse role apply roles.json')).stdout).toBe('created  BILLING\n');
  typed.pop(); // told in a sentence, and no block
  await killGateway(gateway);
});

describe('docs/deployment.md', () => {
  const [start = '', docker = '', compose = ''] = commandsOf('docs/deployment.md');

  it('starts a gateway of one machine, with the build that the Dockerfile has too', async () => {
    const [build = '', run = ''] = start.trim().split('\n');
    const steps = readDockerfile('Dockerfile')[0]?.flatMap(({ name, args }) => (name === 'RUN' ? [args] : []));
    expect(steps).toEqual(expect.arrayContaining(build.split(' && '))); // run by test/deployment/dockerfile.test.ts
    const folder = newFolder();
    symlinkSync(resolve('dist'), join(folder, 'dist'));
    const port = String(await freePort());
    const secret = randomBytes(48).toString('base64');
    const { stdout: processId } = await openShell(folder, { PORT: port }, secret)(`${run} > log 2>&1 & echo $!`);
    try {
      await untilAnswers(`http://127.0.0.1:${port}/health`);
      expect(readFileSync(join(folder, 'log'), 'utf8')).toContain('GraphQL  https://auth.example.com/graphql');
    } finally {
      process.kill(Number(processId), 'SIGKILL');
    }
  });

  it('names in its container commands what the image and the compose file have', async () => {
    const [, final = []] = readDockerfile('Dockerfile');
    const argsOf = (name: string) => final.find((each) => each.name === name)?.args ?? '';
    expect(docker).toContain(`:${argsOf('VOLUME')} `);
    expect(docker).toContain(`:${argsOf('EXPOSE')} `);
    for (const [, name] of docker.matchAll(/-e (\w+)=/g)) expect([...settings.keys()]).toContain(name);
    // No engine is here to run them: what comes before is run, and must give what the compose file demands.
    const folder = newFolder();
    copyFileSync('compose.yaml', join(folder, 'compose.yaml'));
    const [makeSecrets = '', up] = compose.trim().split('\n');
    expect(up).toBe('docker compose up --build');
    await openShell(folder)(makeSecrets);
    const made = readFileSync(join(folder, '.env'), 'utf8');
    for (const [, name] of readFileSync('compose.yaml', 'utf8').matchAll(/\$\{(\w+):\?\}/g))
      expect(made).toMatch(new RegExp(`^${name}=\\S{32,}$`, 'm'));
  });

  async function untilAnswers(url: string): Promise<void> {
    for (;;) {
      const answer = await fetch(url).catch(() => null);
      if (answer?.ok) return;
      await new Promise((again) => setTimeout(again, 50));
    }
  }
});

it('every command that the documents leave to this test was typed', () => {
  const left = commandsFor('test/docs/commands.test.ts').filter(({ text }) => !typed.some((commands) => commands.includes(text)));
  expect(left).toEqual([]);
});

describe('README.md, CONTRIBUTING.md and docs/quick-start.md', () => {
  const { scripts, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
    exports: Record<string, unknown>;
  };

  it('tell to run npm scripts that are there', () => {
    const named = documents.flatMap((document) => [...readFileSync(document, 'utf8').matchAll(/npm run ([\w:-]+)|npm (start|test)\b/g)]);
    expect(named.length).toBeGreaterThan(5);
    for (const [, script, short] of named) expect(Object.keys(scripts)).toContain(script ?? short);
  });

  it('tell to install a package that holds whatever it exports, and what it runs on', async () => {
    const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    const packed = files.map(({ path }) => path);
    const exported = [...JSON.stringify(exports).matchAll(/"\.\/([^"]+\.(?:js|d\.ts|json))"/g)].map(([, path]) => path);
    expect(exported.length).toBeGreaterThan(5);
    expect(packed).toEqual(expect.arrayContaining([...exported, 'dist/main.js', 'explorer/sandbox.js', 'prisma/models.prisma']));
    expect(packed.filter((path) => /^(src|test|bench|data)\/|\.env$/.test(path))).toEqual([]);
  });
});
