import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type Database, openDatabase } from '../../src/database/database';
import { sqliteFile } from '../../src/database/sqlite/connection';
import { uniqueName } from '../support/doors';
import { type ForeignLock, lockElsewhere } from '../support/foreign-lock';
import { defaultLimits } from '../support/house';
import { type Gateway, killGateway, newFolder, runGatehouse, startGateway } from '../support/process';
import { graphqlRequest, graphqlRequests, restRequests, secretHeaders } from '../support/secret.requests';
import { copyDatabase, databaseKinds } from '../support/stage';
import { openTcpProxy, type TcpProxy } from '../support/tcp.proxy';
import { exchange, json, send, type WireAnswer, type WireRequest } from '../support/wire';

/** Every canary of this file has this in it, whatever case it is written in. */
const mark = `canary${randomBytes(6).toString('hex')}`;
let made = 0;
const secret = (kind: string): string => {
  made += 1;
  return `${mark}-${kind}-${made}`;
};

/** The mark as it stands in a text, and as base64 and hex show it: at each of the three places it can begin. */
const marks = [
  mark,
  Buffer.from(mark).toString('hex'),
  ...[0, 1, 2].map((shift) =>
    Buffer.from('x'.repeat(shift) + mark)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  ),
];

const tracesIn = (text: string): string[] =>
  marks.filter((each) => text.toLowerCase().includes(each.toLowerCase())).map((each) => around(text, each));

const around = (text: string, part: string): string => {
  const at = text.toLowerCase().indexOf(part.toLowerCase());
  return text.slice(Math.max(0, at - 200), at + 100);
};

const limits = { ...Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, '100000'])), AUTH_LIMIT_LOGIN: '5' };

describe.each(databaseKinds)('a canary as every secret, on %s', (kind) => {
  const authSecret = randomBytes(32).toString('base64');
  const password = secret('password');
  const answers: WireAnswer[] = [];
  const tokens: string[] = [];
  let databaseUrl: string;
  let proxy: TcpProxy | undefined;
  let gateway: Gateway;
  let database: Database;
  let user: { readonly username: string; readonly accessToken: string };

  const ask = async (request: WireRequest): Promise<WireAnswer> => {
    const answer = await send(gateway, request);
    answers.push(answer);
    return answer;
  };
  /** A few at a time: a queue of hashes that is too long is another test's matter. */
  const askAll = async (requests: readonly WireRequest[]): Promise<void> => {
    for (let from = 0; from < requests.length; from += 8) await Promise.all(requests.slice(from, from + 8).map(ask));
  };
  /** What an answer has to give is taken out of it, and remembered. */
  const takeTokens = ({ body }: WireAnswer): { readonly accessToken: string; readonly refreshToken: string } => {
    const { access_token, refresh_token, device_token } = JSON.parse(body) as Record<string, string | null>;
    tokens.push(...[access_token, refresh_token, device_token].filter((token) => token != null));
    return { accessToken: access_token ?? '', refreshToken: refresh_token ?? '' };
  };
  const post = (path: string, body: object, headers: WireRequest['headers'] = []): WireRequest => {
    const request = json(body);
    return { method: 'POST', path, ...request, headers: [...(request.headers ?? []), ...headers] };
  };
  const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const;

  /** Requests that come as far as the services, the hashing threads and the database. */
  const reaching = (): WireRequest[] => {
    const { username, accessToken } = user;
    const fresh = uniqueName();
    const register = { username: fresh, email: `${fresh}@example.com`, password: secret('register') };
    const mutation = (field: string, input: object): WireRequest => {
      const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input!`;
      const request = graphqlRequest({
        query: `mutation($input: ${type}) { ${field}(input: $input) { __typename } }`,
        variables: { input },
      });
      return { ...request, headers: [...(request.headers ?? []), ...bearer(accessToken)] };
    };
    return [
      post('/v1/register', register),
      post('/v1/register', register),
      post('/v1/login', { username, password: secret('login') }),
      post('/v1/login', { username: secret('typed-as-name'), password: secret('login') }),
      post('/v1/login', { email: `${secret('typed-as-address')}@example.com`, password: secret('login') }),
      post('/v1/refresh', { refresh_token: secret('refresh') }),
      { ...post('/v1/password', { current_password: secret('current'), new_password: secret('new') }, bearer(accessToken)), method: 'PUT' },
      {
        ...post('/v1/profile', { email: `${fresh}@example.org`, current_password: secret('current') }, bearer(accessToken)),
        method: 'PATCH',
      },
      { ...post('/v1/password', { current_password: [secret('list')], new_password: 1 }, bearer(accessToken)), method: 'PUT' },
      { path: `/v1/profile?access_token=${secret('query')}`, headers: bearer(accessToken) },
      mutation('register', register),
      mutation('login', { username: secret('typed-as-name'), password: secret('login') }),
      mutation('refresh', { refreshToken: secret('refresh') }),
      mutation('changePassword', { currentPassword: secret('current'), newPassword: secret('new') }),
      mutation('updateProfile', { email: `${fresh}@example.net`, currentPassword: secret('current') }),
    ];
  };

  const lastStatuses = (count: number): number[] => answers.slice(-count).map(({ status }) => status);

  beforeAll(async () => {
    databaseUrl = await copyDatabase(kind);
    database = await openDatabase(databaseUrl);
    let url = databaseUrl;
    if (kind === 'postgresql') {
      proxy = await openTcpProxy(databaseUrl);
      url = proxy.url.replace('postgres@', `postgres:${secret('database-password')}@`); // any password: it trusts loopback
    }
    const settings = { DATABASE_URL: url, AUTH_SECRET: authSecret, AUTH_LOG_LEVEL: 'trace' };
    gateway = await startGateway(newFolder(), { ...settings, ...limits });
    const username = uniqueName();
    const registered = await send(gateway, post('/v1/register', { username, email: `${username}@example.com`, password }));
    expect(registered.status).toBe(201);
    user = { username, ...takeTokens(registered) };
  });
  afterAll(async () => {
    await killGateway(gateway);
    await database.close();
    await proxy?.close();
  });

  it('in every path, method, header and body of the REST door', async () => {
    const openapi = JSON.parse((await send(gateway, { path: '/openapi.json' })).body);
    const requests = restRequests(openapi, secret);
    expect(requests.length).toBeGreaterThan(200);
    await askAll(requests);
    expect(new Set(lastStatuses(requests.length))).toEqual(new Set([200, 400, 401, 403, 405, 413, 415]));
  });

  it('in every field of the GraphQL door, as variables, literals and nonsense', async () => {
    const requests = [
      ...graphqlRequests(secret),
      ...secretHeaders(secret).map((headers) => {
        const request = graphqlRequest({ query: '{ profile { id } }' });
        return { ...request, headers: [...(request.headers ?? []), ...headers] };
      }),
      { path: `/graphql?query=${encodeURIComponent(`mutation { login(input: { password: "${secret('get')}" }) { tokenType } }`)}` },
      { ...graphqlRequest({ query: '{' }), body: `[{"query": "{ me }", "variables": "${secret('batch')}"}]` },
      { ...graphqlRequest({ query: '{' }), body: `{"query": "${secret('cut-off')}` },
    ];
    expect(requests.length).toBeGreaterThan(150);
    await askAll(requests);
    expect(new Set(lastStatuses(requests.length))).toEqual(new Set([200, 400, 401, 403, 405])); // 403: what is not configured here
  });

  it('in bytes that are no request', async () => {
    for (const bytes of [
      `GET /v1/profile HTTP/1.1\r\nHost: x\r\nAuthorization Bearer ${secret('header-line')}\r\n\r\n`,
      `${secret('no-method')} / HTTP/9\r\n\r\n`,
      `GET /${secret('path')}%ZZ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${secret('large')}${'x'.repeat(20_000)}\r\n\r\n`,
    ])
      answers.push(await exchange(gateway, bytes));
    expect(lastStatuses(4)).toEqual([400, 400, 404, 431]);
  });

  it('in what is served, refused, taken and too often tried', async () => {
    const guesses = Array.from({ length: 6 }, () => post('/v1/login', { username: 'nobody', password: secret('guess') }));
    for (const guess of guesses) await ask(guess);
    expect(lastStatuses(6)).toEqual([401, 401, 401, 401, 401, 429]);
    for (const request of reaching()) await ask(request); // eight hashes at once would be refused on a slow machine
    expect(new Set(lastStatuses(15))).toEqual(new Set([200, 201, 400, 401, 409]));
    for (const { status, body } of answers.slice(-15)) if (status === 201) takeTokens({ body } as WireAnswer);
    const again = await send(gateway, post('/v1/login', { username: user.username, password }));
    const { refreshToken } = takeTokens(again);
    takeTokens(await send(gateway, post('/v1/refresh', { refresh_token: refreshToken })));
    const kept = await send(gateway, post('/v1/login', { username: user.username, password, delivery: 'cookie' }));
    for (const [, token] of (kept.headers.get('set-cookie') ?? '').matchAll(/__Host-\w+=([^;]+)/g)) tokens.push(token ?? '');
    expect(tokens.length).toBeGreaterThan(8);
  });

  it('while the database cannot be reached, or does not answer', async () => {
    const outages: [() => Promise<ForeignLock> | ForeignLock, number][] =
      kind === 'sqlite'
        ? [[() => lockElsewhere(sqliteFile(databaseUrl), 'DELETE FROM users'), 8]]
        : [
            [() => cutting('cut'), 13],
            [() => cutting('stall'), 13],
          ];
    for (const [begin, least] of outages) {
      const outage = await begin();
      await askAll(reaching());
      await outage.release();
      expect(lastStatuses(15).filter((status) => status === 503).length).toBeGreaterThanOrEqual(least);
      expect(lastStatuses(15).filter((status) => status === 500)).toEqual([]);
    }
  });

  const cutting = (fault: 'cut' | 'stall'): ForeignLock => {
    proxy?.[fault]();
    return { release: async () => proxy?.pass() };
  };

  it('while the database refuses a row, and quotes it', async () => {
    const refusing = {
      sqlite: `CREATE TRIGGER refusing BEFORE INSERT ON users BEGIN SELECT json_extract('{}', NEW.passwordHash || NEW.email); END`, // "bad JSON path: '…'"
      postgresql: `ALTER TABLE users ADD CONSTRAINT refusing CHECK (length("username") < 0) NOT VALID`, // "Failing row contains (…)"
    };
    const served = { sqlite: 'DROP TRIGGER refusing', postgresql: 'ALTER TABLE users DROP CONSTRAINT refusing' };
    await database.client.$executeRawUnsafe(refusing[kind]);
    await askAll(reaching());
    await database.client.$executeRawUnsafe(served[kind]);
    expect(lastStatuses(15).filter((status) => status === 500).length).toBeGreaterThanOrEqual(1); // two, where both get a hash in time
  });

  it('while a table is missing: a defect in every operation', async () => {
    await database.client.$executeRawUnsafe('ALTER TABLE users RENAME TO missing');
    await askAll(reaching());
    await database.client.$executeRawUnsafe('ALTER TABLE missing RENAME TO users');
    expect(lastStatuses(15).filter((status) => status === 500).length).toBeGreaterThanOrEqual(7); // a session may be remembered
  });

  it('comes out in no answer', async () => {
    const { users, signing_keys } = await dump(); // the salt of a session is a part of its refresh token
    const inside = [...(users ?? []), ...(signing_keys ?? [])].flatMap(hiddenValues);
    expect(inside.length).toBeGreaterThan(1);
    for (const { raw } of answers) {
      expect(tracesIn(raw)).toEqual([]);
      for (const hidden of inside) expect(raw).not.toContain(hidden);
    }
  });

  it('comes out in no line of the log', async () => {
    const { stdout, stderr } = await killGateway(gateway);
    const written = stdout + stderr;
    for (const line of ['"msg":"request"', '"msg":"audit"', '"msg":"defect"', '"msg":"unavailable"', '"msg":"malformed request"'])
      expect(written).toContain(line); // it was all provoked
    expect(tracesIn(written)).toEqual([]);
    const { users, sessions, signing_keys } = await dump();
    const inside = [...(users ?? []), ...(sessions ?? []), ...(signing_keys ?? [])].flatMap(hiddenValues);
    for (const hidden of [authSecret, ...inside, ...tokens, ...tokens.flatMap((token) => token.split('.'))]) {
      expect(hidden.length).toBeGreaterThan(8);
      expect(written).not.toContain(hidden);
    }
    expect(written).not.toMatch(/\$2[aby]\$|gh1\$|gk1\$|eyJ|PRIVATE KEY/);
  });

  it('lies in no column of the database', async () => {
    const tables = await dump();
    expect(Object.keys(tables)).toEqual(expect.arrayContaining(['users', 'sessions', 'audit_events', 'attempts', 'signing_keys']));
    const everything = JSON.stringify(tables);
    expect(everything).toContain(user.username); // it is the right database
    const pages = kind === 'sqlite' ? filesOf(sqliteFile(databaseUrl)) : '';
    for (const text of [everything, pages]) {
      expect(tracesIn(text)).toEqual([]);
      for (const token of [authSecret, ...tokens]) expect(text).not.toContain(token);
    }
  });

  /** Every row of every table, as text. */
  const dump = async (): Promise<Record<string, Record<string, unknown>[]>> => {
    const names = {
      sqlite: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
      postgresql: `SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    };
    const tables = await database.client.$queryRawUnsafe<{ name: string }[]>(names[kind]);
    const dumped: Record<string, Record<string, unknown>[]> = {};
    for (const { name } of tables) {
      const rows = await database.client.$queryRawUnsafe<Record<string, unknown>[]>(`SELECT * FROM "${name}"`);
      dumped[name] = rows.map((row) =>
        Object.fromEntries(Object.entries(row).map(([column, value]) => [column, typeof value === 'bigint' ? String(value) : value])),
      );
    }
    return dumped;
  };
});

/** What a row has that is for nobody outside. */
const hiddenValues = ({ passwordHash, refreshSalt, privateKey }: Record<string, unknown>): string[] =>
  [passwordHash, refreshSalt, privateKey].filter((value): value is string => typeof value === 'string' && value !== '');

/** Also what was written once and is no longer in a table. */
const filesOf = (file: string): string =>
  ['', '-wal'].map((suffix) => (existsSync(file + suffix) ? readFileSync(file + suffix, 'latin1') : '')).join('');

it('a start that fails shows none of its settings', async () => {
  const wrong = {
    DATABASE_URL: `mysql://gatehouse:${secret('url')}@127.0.0.1/${secret('url')}`,
    AUTH_SECRET: secret('short').slice(0, 24),
    PORT: secret('port'),
    PUBLIC_URL: `https://user:${secret('url')}@example.com`,
    AUTH_CORS_ORIGINS: `https://user:${secret('origin')}@example.com`,
  };
  const unreachable = {
    DATABASE_URL: `postgresql://gatehouse:${secret('url')}@127.0.0.1:1/gatehouse?sslpassword=${secret('url')}`,
    AUTH_SECRET: randomBytes(32).toString('base64'),
  };
  for (const settings of [wrong, unreachable]) {
    const { code, stdout, stderr } = await runGatehouse(['start'], newFolder(), settings);
    expect([code, stderr.length > 20]).toEqual([1, true]);
    expect(tracesIn(stdout + stderr)).toEqual([]);
    expect(stdout + stderr).not.toContain(settings.AUTH_SECRET);
  }
});
