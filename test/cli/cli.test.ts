import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command';
import { newPerson, type Person } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { newFolder, runGatehouse } from '../support/process';
import { databaseKinds } from '../support/stage';

const secret = randomBytes(32).toString('base64');

describe('the command line', () => {
  const gatehouse = (...args: string[]) => runGatehouse(args, newFolder(), {});

  it('is the bin of the package, and can be run after the build', () => {
    const { bin } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { bin: Record<string, string> };
    const program = join(__dirname, '../..', bin.gatehouse ?? '');
    expect(existsSync(program)).toBe(true);
    expect(readFileSync(program, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
  });

  it('lists its commands with --help, and says its version', async () => {
    const help = await gatehouse('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['start', 'migrate', 'keys', 'config', 'user']) expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
    expect(await gatehouse('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    ['no command', []],
    ['a group without its command', ['user']],
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['migrate', '--force']],
    ['a missing argument', ['user', 'show']],
    ['a number that is none', ['user', 'list', '--limit', 'x']],
    ['options that exclude each other', ['migrate', '--status', '--applied', 'x']],
  ])('takes %s for wrong usage: exit code 2, nothing on standard output, nothing made', async (_what, args) => {
    const folder = newFolder();
    const { code, stdout, stderr } = await runGatehouse(args, folder, {});
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });
});

describe('config check', () => {
  it('prints the settings in force, with every secret masked', async () => {
    const environment = {
      DATABASE_URL: 'postgresql://kate:pass-canary@localhost/x?sslpassword=query-canary',
      AUTH_SECRET: secret,
      AUTH_TYPO: '1',
    };
    for (const args of [
      ['config', 'check'],
      ['config', 'check', '--json'],
    ]) {
      const { code, stdout, stderr } = await runGatehouse(args, newFolder(), environment);
      expect(code).toBe(0);
      expect(stdout).toContain('900');
      expect(stdout + stderr).not.toMatch(/canary/);
      expect(stdout + stderr).not.toContain(secret);
      expect(stderr).toContain('AUTH_TYPO is not a setting');
      if (args.includes('--json'))
        expect(JSON.parse(stdout)).toMatchObject({ ok: true, settings: { AUTH_ACCESS_TOKEN_SECONDS: 900, AUTH_SECRET: ['***'] } });
    }
  });

  it('lists every fault, never a value, with exit code 1', async () => {
    const { code, stdout, stderr } = await runGatehouse(['config', 'check', '--json'], newFolder(), {
      PORT: 'canary',
      AUTH_BCRYPT_COST: '32',
    });
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { faults: { variable: string }[] }).faults.map(({ variable }) => variable)).toEqual([
      'PORT',
      'AUTH_BCRYPT_COST',
    ]);
    expect(stderr).toMatch(/PORT must .*\n.*AUTH_BCRYPT_COST must /);
    expect(stdout + stderr).not.toContain('canary');
  });
});

describe.each(databaseKinds)('the commands beside a gateway that runs, on %s', (kind) => {
  let house: House;
  let kate: Person;
  beforeAll(async () => {
    house = await openHouse(kind);
    kate = await newPerson(house);
  });
  afterAll(() => house.close());

  const run = (args: readonly string[], input = '') => runCommand(house, args, {}, input);
  const json = async (args: readonly string[], input = '') => {
    const { code, out, err } = await run([...args, '--json'], input);
    expect([code, err]).toEqual([0, '']);
    return JSON.parse(out);
  };
  const login = async (username: string, password: string) =>
    (
      await fetch(`${house.url}/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      })
    ).status;
  const profile = async (token: string) =>
    (await fetch(`${house.url}/v1/profile`, { headers: { authorization: `Bearer ${token}` } })).status;

  it('migrate has nothing to do, and says so', async () => {
    expect(await json(['migrate'])).toEqual({ applied: [], mended: [] });
    expect(await run(['migrate'])).toMatchObject({ code: 0, out: 'The database is up to date.\n' });
    const status = (await json(['migrate', '--status'])) as { name: string; state: string }[];
    expect(status.length).toBeGreaterThan(0);
    for (const { state } of status) expect(state).toBe('applied');
  });

  it('keys list shows the key in the JWKS, and nothing private', async () => {
    const { keys } = (await (await fetch(`${house.url}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
    const listed = (await json(['keys', 'list'])) as { kid: string; state: string }[];
    expect(listed.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid));
    expect(JSON.stringify(listed)).not.toMatch(/gk1\$|"d"|private/i);
    expect((await run(['keys', 'list'])).out).toContain(listed[0]?.kid);
  });

  it('user create reads the password from standard input, or makes one and prints it', async () => {
    const given = await json(['user', 'create', `bob${kind}`, `bob${kind}@example.com`], 'a quiet garden gate\n');
    expect(given).toMatchObject({ username: `bob${kind}`, roles: [] });
    expect(given).not.toHaveProperty('password');
    expect(await login(`bob${kind}`, 'a quiet garden gate')).toBe(200);
    const made = await json(['user', 'create', `eve${kind}`, `eve${kind}@example.com`]);
    expect(await login(`eve${kind}`, made.password)).toBe(200);
    const taken = await run(['user', 'create', kate.username.toUpperCase(), 'x@example.com'], 'a quiet garden gate');
    expect(taken).toMatchObject({ code: 1, out: '', err: expect.stringContaining('USERNAME_TAKEN') });
    const weak = await run(['user', 'create', 'zoe', 'zoe@example.com'], 'canary');
    expect(weak).toMatchObject({ code: 1, out: '', err: expect.stringContaining('password must have at least 8 characters') });
    expect(weak.err).not.toContain('canary');
  });

  it('user show finds by id, username and address', async () => {
    for (const who of [kate.id, kate.username.toUpperCase(), kate.email])
      expect(await json(['user', 'show', who])).toMatchObject({ id: kate.id, username: kate.username, disabledAt: null });
    const { out } = await run(['user', 'show', kate.id]);
    expect(out).toMatch(/^status +enabled$/m);
    expect(out).not.toMatch(/gh1\$|\$2b\$/);
    expect(await run(['user', 'show', 'nobody'])).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^NOT_FOUND/) });
  });

  it('user list goes page by page', async () => {
    const dan = await newPerson(house);
    const all = (await json(['user', 'list'])) as { id: string }[];
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([kate.id, dan.id]));
    expect(await json(['user', 'list', '--limit', '1'])).toEqual([all[0]]);
    expect(await json(['user', 'list', '--limit', '1', '--after', all[0]?.id ?? ''])).toEqual([all[1]]);
    expect((await run(['user', 'list'])).out).toContain(kate.email);
  });

  it('a process of its own is heard by the gateway beside it: its tokens are refused at once', async () => {
    const ida = await newPerson(house);
    const environment = { ...house.environment, DATABASE_URL: house.databaseUrl };
    const ended = await runGatehouse(['user', 'disable', ida.id, '--json'], newFolder(), environment);
    expect([ended.code, ended.stderr, JSON.parse(ended.stdout)]).toMatchObject([0, '', { endedSessions: 1 }]);
    expect(await profile(ida.accessToken)).toBe(401);
  });

  it('user set-roles replaces the roles, at once for tokens that are out', async () => {
    expect(await json(['user', 'set-roles', kate.username, 'ADMIN,EDITOR'])).toMatchObject({ roles: ['ADMIN', 'EDITOR'] });
    const seen = await (await fetch(`${house.url}/v1/profile`, { headers: { authorization: `Bearer ${kate.accessToken}` } })).json();
    expect(seen).toMatchObject({ roles: ['ADMIN', 'EDITOR'] });
    expect(await run(['user', 'set-roles', kate.username, 'no good'])).toMatchObject({ code: 1, out: '' });
    expect(await json(['user', 'set-roles', kate.username])).toMatchObject({ roles: [] });
  });

  it('user revoke-sessions ends them all; disable keeps the user out, and enable lets them in again', async () => {
    const ann = await newPerson(house);
    expect(await json(['user', 'revoke-sessions', ann.email, '--yes'])).toMatchObject({ endedSessions: 1 });
    expect(await profile(ann.accessToken)).toBe(401);
    expect(await login(ann.username, ann.password)).toBe(200);
    expect(await json(['user', 'disable', ann.id, '--yes'])).toMatchObject({ endedSessions: 1, disabledAt: expect.any(String) });
    expect(await login(ann.username, ann.password)).toBe(401);
    expect((await run(['user', 'show', ann.id])).out).toMatch(/^status +disabled since /m);
    expect(await json(['user', 'enable', ann.username])).toMatchObject({ disabledAt: null });
    expect(await login(ann.username, ann.password)).toBe(200);
  });
});
