import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { otherThan } from '../support/codes';
import { newPerson, rest } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { createMailbox } from '../support/mailbox';
import { hasPython, howToGetPython } from '../support/python';
import { newServiceClient } from '../support/service-client';
import { until } from '../support/until';
import { itWhere } from '../support/where';

const mailbox = createMailbox();
let house: House;
let other: ChildProcess | undefined;
beforeAll(async () => {
  house = await openHouse('sqlite', mailbox.environment);
});
afterAll(async () => {
  other?.kill('SIGKILL');
  await house.close();
});

/** Runs an example against the house; gives its lines. */
const run = async (program: string, ...args: string[]): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(program, args, { env: { ...process.env, GATEHOUSE: house.url } });
  return stdout.trim().split('\n');
};

it('curl', async () => {
  const [profile, ...rest] = await run('sh', 'examples/curl/flow.sh');
  expect(profile).toMatch(/^profile: kate-/);
  const [refreshed, me, logout, after] = rest.filter((line) => line !== '');
  expect([refreshed, logout, after]).toEqual(['refreshed', '{"ended_sessions":1}', 'after logout: 401']);
  expect(JSON.parse(me ?? '')).toEqual({ data: { me: { username: profile?.slice('profile: '.length) } } });
});

itWhere(hasPython, howToGetPython)('Python requests', async () => {
  expect(await run('python3', 'examples/python/flow.py')).toEqual([
    'True Kate Example',
    '400 BAD_USER_INPUT locale',
    '1 session',
    "{'ended_sessions': 1}",
  ]);
});

describe('a lost password, with', () => {
  /** Runs an example that asks for the code of a mail, as somebody at the keyboard answers it. */
  async function recover(program: string, file: string, answers: (code: string) => readonly string[]): Promise<string> {
    const person = await newPerson(house);
    const newPassword = 'an open barn door';
    const example = spawn(program, [file, person.email], {
      env: { ...process.env, GATEHOUSE: house.url },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    example.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const ended = new Promise((resolve) => example.once('close', resolve));
    const { code } = await mailbox.next(person.email, 'reset-code');
    example.stdin.end(
      answers(code ?? '')
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(await ended).toBe(0);
    expect((await rest.send(house, 'login', { username: person.username, password: person.password })).code).toBe('INVALID_CREDENTIALS');
    expect((await rest.send(house, 'login', { username: person.username, password: newPassword })).code).toBeNull();
    return said;
  }

  it('curl', async () => {
    const said = await recover('sh', 'examples/curl/recovery.sh', (code) => [code, 'an open barn door']);
    expect(said.trim().split('\n').at(-1)).toBe('{"ended_sessions":1}');
  });

  itWhere(hasPython, howToGetPython)('Python requests, which is told of a wrong code and of a weak password', async () => {
    const said = await recover('python3', 'examples/python/recovery.py', (code) => [
      otherThan(code),
      'an open barn door',
      code,
      'short',
      code,
      'an open barn door',
    ]);
    const [wrong, weak, done] = said.split('\n').filter((line) => !line.startsWith('the code'));
    expect(wrong).toBe('INVALID_CODE tries left: 4');
    expect(weak).toContain('WEAK_PASSWORD');
    expect(done).toBe('done, 1 sessions have ended');
  });
});

it('graphql-request', async () => {
  expect(await run(process.execPath, 'examples/graphql-request/flow.mjs')).toEqual(['true', 'Kate Example', 'true']);
});

/** Starts an example that is a service, and gives how to ask it. */
async function startApi(file: string, environment: Record<string, string> = {}) {
  other?.kill('SIGKILL');
  const api = spawn(process.execPath, [file], {
    env: { ...process.env, GATEHOUSE: house.url, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  other = api;
  const port = await new Promise<string>((resolve) => api.stdout.on('data', (text) => resolve(/\d+/.exec(String(text))?.[0] ?? '')));
  return (token?: string) => fetch(`http://127.0.0.1:${port}/`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
}

it('an API of Node that verifies by itself', async () => {
  const person = await newPerson(house);
  const { id, secret } = await newServiceClient(house);
  const ask = await startApi('examples/node-api/offline.mjs', { ISSUER: 'http://gatehouse.test', CLIENT_ID: id, CLIENT_SECRET: secret });
  const known = await ask(person.accessToken);
  expect([known.status, await known.json()]).toEqual([200, { userId: person.id, roles: [] }]);
  for (const refused of [await ask(), await ask('nonsense')]) expect(refused.status).toBe(401);
  await fetch(`${house.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${person.accessToken}` } });
  await until('the API hears of the logout', async () => (await ask(person.accessToken)).status === 401);
});

it('an API of Node', async () => {
  const person = await newPerson(house);
  const ask = await startApi('examples/node-api/server.mjs');
  const known = await ask(person.accessToken);
  expect([known.status, await known.json()]).toEqual([200, { message: `Hello ${person.username}` }]);
  for (const refused of [await ask(), await ask('nonsense')]) {
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
  }
  await fetch(`${house.url}/v1/logout`, { method: 'POST', headers: { authorization: `Bearer ${person.accessToken}` } });
  expect((await ask(person.accessToken)).status).toBe(401);
});
