import { randomBytes } from 'node:crypto';
import { loadConfig, settings } from '../src/app/load-config';
import type { Config } from '../src/config';
import { connectionsOf } from '../src/database/database.settings';
import type { OperationLimits } from '../src/graphql/graphql.settings';

const secret = randomBytes(48).toString('base64');
const olderSecret = randomBytes(48).toString('base64');

const load = (environment: Record<string, string | undefined>): Omit<Config, 'variable'> => {
  const result = loadConfig(environment);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const { variable: _, ...settings } = result.config; // a function, new each time
  return settings;
};

/** The variables at fault. */
const faulty = (environment: Record<string, string | undefined>): string[] => {
  const result = loadConfig(environment);
  return result.ok ? [] : result.faults.map(({ variable }) => variable);
};

const defaultLimits: OperationLimits = {
  maxTokens: 1_000,
  maxDepth: 10,
  maxFields: 250,
  maxRootFields: 10,
  maxCost: 1_000,
  maxAliases: 15,
  maxDirectives: 20,
  maxListEntries: 100,
  maxInputDepth: 5,
};

/** A limit of a GraphQL operation, with the least and the most that it may be set to. */
const limit = (name: keyof OperationLimits, least: number, most: number) => ({
  good: [least, most].map((value) => [String(value), { operationLimits: { ...defaultLimits, [name]: value } }] as const),
  bad: [String(least - 1), String(most + 1), 'none'],
});

const smtp = { kind: 'smtp', host: 'mail.example.com' } as const;

/** What is not named is as in development. */
const mailOf = (mail: Partial<Config['mail']>): Partial<Config> => ({
  mail: { target: { kind: 'file', directory: './data/mail' }, from: undefined, ...mail },
});

/** Each variable with values that are taken, as what; and values that are refused. */
const table: Record<string, { readonly good: readonly (readonly [string, Partial<Config>])[]; readonly bad: readonly string[] }> = {
  DATABASE_URL: {
    good: [['file:/tmp/x.db', { databaseUrl: 'file:/tmp/x.db' }]],
    bad: ['gatehouse.db', 'file:', 'mysql://root@localhost/x', 'postgresql:/nowhere', 'https://example.com', 'postgresql://u:p/w@h/x'],
  },
  AUTH_DATABASE_CONNECTIONS: { good: [['25', { databaseConnections: 25 }]], bad: ['0', '1001', 'many', '-1'] },
  HOST: {
    good: [
      ['::1', { host: '::1' }],
      ['auth.internal', { host: 'auth.internal' }],
    ],
    bad: ['http://0.0.0.0', 'localhost:4000', 'a b'],
  },
  PORT: {
    good: [
      ['0', { port: 0 }],
      ['65535', { port: 65_535 }],
    ],
    bad: ['abc', '-1', '65536', '4000.5', '0x10', '1e3', ' 80'],
  },
  PUBLIC_URL: {
    good: [
      ['https://auth.example.com', { publicUrl: 'https://auth.example.com' }],
      ['https://example.com/auth/', { publicUrl: 'https://example.com/auth' }],
    ],
    bad: [
      'auth.example.com',
      'ftp://example.com',
      'https://example.com/?a=b',
      'https://example.com/#a',
      'https://kate:pw@example.com',
      'https://:pw@example.com',
    ],
  },
  NODE_ENV: {
    good: [['test', { production: false, passwordPolicy: 'basic', explorer: true, introspection: true }]],
    bad: ['prod', 'Production', 'staging'],
  },
  AUTH_SECRET: {
    good: [
      [secret, { secrets: [secret] }],
      [`${secret}, ${olderSecret}`, { secrets: [secret, olderSecret] }],
    ],
    bad: [
      'secret',
      'changeme',
      randomBytes(24).toString('base64').slice(0, 31),
      'a'.repeat(64),
      'ab'.repeat(32),
      'change-me-change-me-change-me-0123456789abcdef',
      `${secret},short`,
      `${secret},`,
    ],
  },
  AUTH_MAIL_URL: {
    good: [
      ['off', mailOf({ target: undefined })],
      ['file:/var/mail', mailOf({ target: { kind: 'file', directory: '/var/mail' } })],
      [
        'smtps://kate%40example.com:p%40ss@mail.example.com',
        mailOf({ target: { ...smtp, port: 465, isTls: true, needsStartTls: false, user: 'kate@example.com', password: 'p@ss' } }),
      ],
      ['smtp://mail.example.com', mailOf({ target: { ...smtp, port: 587, isTls: false, needsStartTls: true } })],
      ['smtp://localhost:25', mailOf({ target: { ...smtp, host: 'localhost', port: 25, isTls: false, needsStartTls: false } })],
      ['smtp://[::1]:25/', mailOf({ target: { ...smtp, host: '::1', port: 25, isTls: false, needsStartTls: false } })],
    ],
    bad: [
      'mail.example.com',
      'https://mail.example.com',
      'smtp:',
      'smtp://kate@mail.example.com',
      'smtp://:pw@mail.example.com',
      'smtp://mail.example.com/?tls=no',
      'smtp://mail.example.com/path',
      'smtp://kate:%zz@mail.example.com',
      'smtp://mail.example.com:99999',
      'file:',
      'file://mail.example.com/x',
    ],
  },
  AUTH_MAIL_FROM: {
    good: [
      ['no-reply@example.com', mailOf({ from: { name: null, address: 'no-reply@example.com' } })],
      ['Example Ltd <no-reply@example.com>', mailOf({ from: { name: 'Example Ltd', address: 'no-reply@example.com' } })],
      ['"Example, Ltd." <a.b@localhost>', mailOf({ from: { name: 'Example, Ltd.', address: 'a.b@localhost' } })],
    ],
    bad: [
      'nobody at all',
      'a@x.io, z@x.io',
      'A, B <a@x.io>',
      'Example <a@x.io> <b@x.io>',
      'a@x.io\r\nBcc: z@x.io',
      'Ex\u202eample <a@x.io>',
      '<a@>',
      'x: z@x.io;',
      '"a b"@x.io',
    ],
  },
  AUTH_ACCESS_TOKEN_SECONDS: {
    good: [
      ['1', { accessTokenSeconds: 1 }],
      ['86400', { accessTokenSeconds: 86_400 }],
    ],
    bad: ['-1', '0', '86401', '15m', '900s', '9e2'],
  },
  AUTH_FRESH_SECONDS: {
    good: [
      ['60', { freshSeconds: 60 }],
      ['3600', { freshSeconds: 3600 }],
    ],
    bad: ['59', '3601', '10m'],
  },
  AUTH_PAGES: {
    good: [
      ['on', { pages: true }],
      ['off', { pages: false }],
    ],
    bad: ['yes', 'true'],
  },
  AUTH_PAGES_DIR: {
    good: [['./theme', { pagesDirectory: './theme' }]],
    bad: ['x'.repeat(4097)],
  },
  AUTH_RETURN_ORIGINS: {
    good: [
      ['https://app.example.com', { returnOrigins: ['https://app.example.com'] }],
      ['https://a.example.com, capacitor://localhost', { returnOrigins: ['https://a.example.com', 'capacitor://localhost'] }],
    ],
    bad: ['https://app.example.org/', '*', 'front.example.org', 'null'],
  },
  AUTH_COOKIE_DOMAIN: {
    good: [['example.com', { cookieDomain: 'example.com' }]],
    bad: ['.example.com', 'localhost', 'Example.com', 'https://example.com', 'example.com.', '-x.example.com'],
  },
  AUTH_DELETION_DAYS: {
    good: [
      ['0', { deletionDays: 0 }],
      ['365', { deletionDays: 365 }],
    ],
    bad: ['-1', '366', '30d'],
  },
  AUTH_REFRESH_IDLE_SECONDS: { good: [['3600', { refreshIdleSeconds: 3600 }]], bad: ['0', '30 days', '99999999999'] },
  AUTH_SESSION_MAX_SECONDS: { good: [['2592000', { sessionMaxSeconds: 2_592_000 }]], bad: ['0', '-5', 'never'] },
  AUTH_REFRESH_GRACE_SECONDS: {
    good: [
      ['0', { refreshGraceSeconds: 0 }],
      ['300', { refreshGraceSeconds: 300 }],
    ],
    bad: ['301', '-1', '10s'],
  },
  AUTH_SESSIONS_PER_USER: { good: [['1', { sessionsPerUser: 1 }]], bad: ['0', '10001', 'many'] },
  AUTH_REGISTRATION: { good: [['closed', { registration: 'closed' }]], bad: ['no', 'Open'] },
  AUTH_EMAIL_LOGIN: { good: [['on', { emailLogin: true }]], bad: ['yes', 'ON'] },
  AUTH_EMAIL_VERIFICATION: { good: [['required', { emailVerification: 'required' }]], bad: ['yes', 'On'] },
  AUTH_AUDIENCE: { good: [['https://api.example.com', { audience: 'https://api.example.com' }]], bad: ['x'.repeat(257)] },
  AUTH_PASSWORD_POLICY: { good: [['strict', { passwordPolicy: 'strict' }]], bad: ['none', 'Basic'] },
  AUTH_TEST_MODE: { good: [['on', { testMode: true }]], bad: ['yes', '1'] },
  AUTH_TEST_PORT: { good: [['0', { testPort: 0 }]], bad: ['-1', '65536', 'x'] },
  AUTH_BREACHED_PASSWORDS: {
    good: ['file:./data/list', 'range:https://api.pwnedpasswords.com/range', 'range:http://127.0.0.1:8080', 'range:http://[::1]/x'].map(
      (value) => [value, { breachedPasswords: value }] as const,
    ),
    bad: [
      'list',
      'file:',
      'range:',
      'range:http://pwned.example.com/range',
      'range:ftp://localhost/',
      'range:https://kate:secret@example.com/',
      'range:https://example.com/?hash=',
      'https://api.pwnedpasswords.com/range',
    ],
  },
  AUTH_BREACHED_FAIL: { good: [['closed', { breachedFail: 'closed' }]], bad: ['half', 'OPEN'] },
  AUTH_PASSWORD_HASH: { good: [['argon2id', { passwordHash: 'argon2id' }]], bad: ['argon2', 'scrypt'] },
  AUTH_ARGON2_MEMORY_KIB: { good: [['65536', { argon2MemoryKib: 65_536 }]], bad: ['7167', '262145', 'many'] },
  AUTH_ARGON2_PASSES: { good: [['16', { argon2Passes: 16 }]], bad: ['0', '17'] },
  AUTH_ARGON2_LANES: { good: [['4', { argon2Lanes: 4 }]], bad: ['0', '5'] },
  AUTH_PASSKEYS: {
    good: [
      ['off', { passkeys: false }],
      ['on', { passkeys: true }],
    ],
    bad: ['yes'],
  },
  AUTH_PASSKEY_DOMAIN: {
    good: [['localhost', { passkeyDomain: 'localhost' }]],
    bad: ['Example.com', 'https://example.com', 'example.com:8080', ''.padEnd(300, 'a')],
  },
  AUTH_SECOND_FACTOR_ROLES: {
    good: [
      ['ADMIN', { secondFactorRoles: ['ADMIN'] }],
      ['ADMIN, team:lead', { secondFactorRoles: ['ADMIN', 'team:lead'] }],
    ],
    bad: ['ADMIN,', 'a role', 'Ä'],
  },
  AUTH_TOTP_DRIFT: { good: [['0', { totpDrift: 0 }]], bad: ['3', '-1'] },
  AUTH_BCRYPT_COST: {
    good: [
      ['10', { bcryptCost: 10 }],
      ['15', { bcryptCost: 15 }],
    ],
    bad: ['9', '16', '32', 'abc'],
  },
  AUTH_HASH_THREADS: { good: [['3', { hashThreads: 3 }]], bad: ['0', '65', 'all'] },
  AUTH_AUDIT_DAYS: {
    good: [
      ['1', { auditDays: 1 }],
      ['3650', { auditDays: 3650 }],
    ],
    bad: ['0', '3651', '400d'],
  },
  AUTH_HTTP_HEADERS_SECONDS: { good: [['1', { httpHeadersSeconds: 1 }]], bad: ['0', '301', '10s'] },
  AUTH_HTTP_REQUEST_SECONDS: { good: [['300', { httpRequestSeconds: 300 }]], bad: ['0', '301', 'never'] },
  AUTH_CORS_ORIGINS: {
    good: [
      ['https://a.example, http://localhost:3000', { corsOrigins: ['https://a.example', 'http://localhost:3000'] }],
      ...['capacitor://localhost', 'tauri://localhost', 'ionic://localhost', 'app://obsidian.md', 'wails://wails.localhost:34115'].map(
        (app) => [app, { corsOrigins: [app] }] as const,
      ),
      ...['chrome-extension://gppongmhjkpfnbhagpmjfkannfbllamg', 'moz-extension://0f6e1ce0-6cd0-4b6f-a2b1-9c2d3e4f5a6b'].map(
        (extension) => [extension, { corsOrigins: [extension] }] as const,
      ),
    ],
    bad: [
      '*',
      'null',
      'https://a.example/',
      'https://*.example.com',
      'a.example',
      'https://a.example,,',
      'HTTPS://a.example',
      'https:a.example',
      'https://kate@a.example',
      'tauri://',
      'capacitor://*',
      'capacitor://localhost/',
      'Capacitor://localhost',
      'capacitor:localhost',
      'chrome-extension://a b',
      'file://localhost',
      'file:///index.html',
      'javascript://localhost',
      'data://text',
    ],
  },
  AUTH_TRUST_PROXY: {
    good: [
      ['1', { trustProxy: 1 }],
      ['10.0.0.0/8, ::1', { trustProxy: ['10.0.0.0/8', '::1'] }],
    ],
    bad: ['true', '0', '-1', '100', '10.0.0.0/33', '10.0.0.0/0', '::/129', 'proxy.example.com', '10.0.0.1/8/8', '10.0.0.1,'],
  },
  AUTH_DEMO_USER: { good: [['off', { demoUser: false }]], bad: ['true', '1', 'ON'] },
  AUTH_EXPLORER: { good: [['off', { explorer: false }]], bad: ['true', '1', 'ON'] },
  AUTH_INTROSPECTION: { good: [['off', { introspection: false }]], bad: ['false', 'no'] },
  AUTH_GRAPHQL_MAX_TOKENS: limit('maxTokens', 100, 10000),
  AUTH_GRAPHQL_MAX_DEPTH: limit('maxDepth', 1, 100),
  AUTH_GRAPHQL_MAX_FIELDS: limit('maxFields', 1, 2000),
  AUTH_GRAPHQL_MAX_ROOT_FIELDS: limit('maxRootFields', 1, 1000),
  AUTH_GRAPHQL_MAX_COST: limit('maxCost', 1, 1000000),
  AUTH_GRAPHQL_MAX_ALIASES: limit('maxAliases', 0, 1000),
  AUTH_GRAPHQL_MAX_DIRECTIVES: limit('maxDirectives', 0, 1000),
  AUTH_GRAPHQL_MAX_LIST_ENTRIES: limit('maxListEntries', 10, 10000),
  AUTH_GRAPHQL_MAX_INPUT_DEPTH: limit('maxInputDepth', 1, 100),
  AUTH_LOG_LEVEL: { good: [['silent', { logLevel: 'silent' }]], bad: ['verbose', 'INFO'] },
  METRICS_PORT: { good: [['9464', { metricsPort: 9464 }]], bad: ['metrics', '70000'] },
  AUTH_LEASE_MS: {
    good: [
      ['0', { leaseMs: 0 }],
      ['250', { leaseMs: 250 }],
    ],
    bad: ['-1', '1s', '1251'],
  },
  AUTH_KEY_ROTATION_DAYS: {
    good: [
      ['0', { keyRotationDays: 0 }],
      ['30', { keyRotationDays: 30 }],
    ],
    bad: ['-1', 'monthly', '3651'],
  },
  AUTH_SIGN_IN_URL: {
    good: [['https://app.example.com/sign-in', { signInUrl: 'https://app.example.com/sign-in' }]],
    bad: ['/sign-in', 'javascript:alert(1)'],
  },
  AUTH_PROVIDERS: { good: [['./providers.json', { providersFile: './providers.json' }]], bad: ['x'.repeat(4097)] },
  AUTH_UPSTREAM_POLICY: { good: [['./policy.json', { upstreamPolicyFile: './policy.json' }]], bad: ['x'.repeat(4097)] },
  AUTH_FEDERATION: { good: [['on', { federation: true }]], bad: ['yes'] },
  AUTH_ORIGINAL_BODY: { good: [['on', { readsOriginalBody: true }]], bad: ['true', '1'] },
};

/** The limits: whole numbers from 1, each a field of `limits`. */
for (const [name, field, least] of [
  ['AUTH_LIMIT_LOGIN', 'login', 1],
  ['AUTH_LIMIT_LOGIN_NETWORK', 'loginNetwork', 1],
  ['AUTH_LIMIT_LOGIN_ACCOUNT', 'loginAccount', 1],
  ['AUTH_LIMIT_REGISTER_NETWORK', 'registerNetwork', 1],
  ['AUTH_LIMIT_PASSWORD_CHECK', 'passwordCheck', 1],
  ['AUTH_LIMIT_PROFILE', 'profile', 1],
  ['AUTH_LIMIT_REFRESH', 'refresh', 1],
  ['AUTH_LIMIT_MAIL_ADDRESS', 'mailAddress', 1],
  ['AUTH_LIMIT_MAIL_NETWORK', 'mailNetwork', 1],
  ['AUTH_LIMIT_CODE', 'code', 1],
  ['AUTH_LIMIT_CODE_ACCOUNT', 'codeAccount', 1],
  ['AUTH_LIMIT_SECOND_FACTOR', 'secondFactor', 1],
  ['AUTH_LIMIT_SECOND_FACTOR_ACCOUNT', 'secondFactorAccount', 1],
  ['AUTH_LIMIT_PROVIDER_NETWORK', 'providerNetwork', 1],
  ['AUTH_LIMIT_PASSKEY_NETWORK', 'passkeyNetwork', 1],
  ['AUTH_LIMIT_EXPORT', 'export', 1],
  ['AUTH_LIMIT_CLIENT', 'client', 1],
  ['AUTH_LIMIT_CLIENT_NETWORK', 'clientNetwork', 1],
  ['AUTH_LIMIT_WINDOW_SECONDS', 'windowSeconds', 60],
] as const)
  table[name] = { good: [['77', { limits: { ...load({}).limits, [field]: 77 } }]], bad: [String(least - 1), 'many', '-5', '1000001'] };

describe('every setting', () => {
  it('is in the table below', () => expect(Object.keys(table).sort()).toEqual([...settings.keys()].sort()));

  const goods = Object.entries(table).flatMap(([name, { good }]) => good.map(([value, expected]) => ({ name, value, expected })));
  it.each(goods)('$name takes a right value, and leaves the others at their defaults: $expected', ({ name, value, expected }) => {
    expect(load({ [name]: value })).toEqual({ ...load({}), ...expected });
  });

  const bads = Object.entries(table).flatMap(([name, { bad }]) => bad.map((value, number) => ({ name, value, number })));
  it.each(bads)('$name refuses wrong value $number, names itself and its rule, and never the value', ({ name, value }) => {
    const result = loadConfig({ AUTH_SECRET: secret, [name]: value });
    expect(result).toMatchObject({ ok: false, faults: [{ variable: name, rule: expect.stringMatching(/^must /) }] });
    if (value.length > 6) expect(JSON.stringify(result)).not.toContain(value);
  });

  it('counts as not set when it is empty', () => {
    expect(load(Object.fromEntries([...settings.keys()].map((name) => [name, ''])))).toEqual(load({}));
  });

  it('has its default of the contract', () => {
    expect(load({})).toEqual({
      production: false,
      databaseUrl: 'file:./data/gatehouse.db',
      databaseConnections: undefined,
      host: '127.0.0.1',
      port: 4000,
      publicUrl: undefined,
      secrets: undefined,
      accessTokenSeconds: 900,
      refreshIdleSeconds: 30 * 86_400,
      sessionMaxSeconds: 90 * 86_400,
      refreshGraceSeconds: 10,
      freshSeconds: 600,
      deletionDays: 30,
      pages: true,
      pagesDirectory: undefined,
      returnOrigins: undefined,
      cookieDomain: undefined,
      sessionsPerUser: 50,
      emailVerification: undefined,
      registration: 'open',
      emailLogin: false,
      leaseMs: 1000,
      keyRotationDays: 90,
      signInUrl: undefined,
      audience: undefined,
      passwordPolicy: 'basic',
      passwordHash: 'bcrypt',
      bcryptCost: 12,
      argon2MemoryKib: 19_456,
      argon2Passes: 2,
      argon2Lanes: 1,
      passkeys: undefined,
      passkeyDomain: undefined,
      totpDrift: 1,
      secondFactorRoles: [],
      testMode: false,
      testPort: 4010,
      breachedPasswords: undefined,
      breachedFail: 'open',
      hashThreads: undefined,
      auditDays: 400,
      httpHeadersSeconds: 10,
      httpRequestSeconds: 15,
      corsOrigins: [],
      providersFile: undefined,
      upstreamPolicyFile: undefined,
      readsOriginalBody: false,
      trustProxy: undefined,
      explorer: true,
      demoUser: true,
      introspection: true,
      federation: false,
      operationLimits: defaultLimits,
      logLevel: 'info',
      mail: { target: { kind: 'file', directory: './data/mail' }, from: undefined },
      limits: {
        login: 5,
        loginNetwork: 100,
        loginAccount: 50,
        registerNetwork: 200,
        passwordCheck: 10,
        profile: 30,
        refresh: 60,
        mailAddress: 3,
        mailNetwork: 20,
        code: 10,
        codeAccount: 100,
        secondFactor: 5,
        secondFactorAccount: 100,
        providerNetwork: 30,
        passkeyNetwork: 30,
        export: 5,
        client: 10,
        clientNetwork: 100,
        windowSeconds: 900,
      },
      metricsPort: undefined,
    });
  });
});

describe('passkeys', () => {
  const of = (PUBLIC_URL: string, AUTH_PASSKEY_DOMAIN = '') => faulty({ PUBLIC_URL, AUTH_PASSKEYS: 'on', AUTH_PASSKEY_DOMAIN });

  it('can be on only where browsers take them', () => {
    for (const url of [
      'http://192.0.2.1',
      'https://192.0.2.1',
      'https://[2001:db8::1]',
      'http://127.0.0.1:4000',
      'http://auth.example.com',
    ])
      expect(of(url)).toEqual(['AUTH_PASSKEYS']);
    for (const url of ['https://auth.example.com/auth', 'http://localhost:4000']) expect(of(url)).toEqual([]);
  });

  it('are for the host of PUBLIC_URL, or for a parent of it', () => {
    for (const domain of ['auth.example.com', 'example.com']) expect(of('https://auth.example.com', domain)).toEqual([]);
    for (const domain of ['com', 'app.example.com', 'xample.com', 'evil.example'])
      expect(of('https://auth.example.com', domain)).toEqual(['AUTH_PASSKEY_DOMAIN']);
  });
});

describe('production', () => {
  const production = { NODE_ENV: 'production', AUTH_SECRET: secret };

  it('switches the explorer and introspection off and asks more of passwords', () => {
    expect(load(production)).toMatchObject({ production: true, passwordPolicy: 'standard', explorer: false, introspection: false });
  });

  it('lets each of them be chosen', () => {
    const chosen = { ...production, AUTH_EXPLORER: 'on', AUTH_INTROSPECTION: 'on', AUTH_PASSWORD_POLICY: 'basic' };
    expect(load(chosen)).toMatchObject({ passwordPolicy: 'basic', explorer: true, introspection: true });
  });

  it('has https before it, but for this machine', () => {
    const of = (PUBLIC_URL: string) => faulty({ NODE_ENV: 'production', AUTH_SECRET: secret, PUBLIC_URL });
    for (const url of ['http://auth.example.com', 'http://10.0.0.1', 'http://localhost.example.com'])
      expect(of(url)).toEqual(['PUBLIC_URL']);
    for (const url of ['https://auth.example.com', 'http://localhost:8080', 'http://127.0.0.1', 'http://[::1]:4000'])
      expect(of(url)).toEqual([]);
    expect(faulty({ PUBLIC_URL: 'http://auth.example.com' })).toEqual([]);
  });

  it('never has a demo user', () => {
    expect(load(production).demoUser).toBe(false);
    expect(faulty({ ...production, AUTH_DEMO_USER: 'on' })).toEqual(['AUTH_DEMO_USER']);
  });

  it.each([undefined, '', 'secret', 'changeme', 'a'.repeat(64)])('demands a secret worth the name: %p is none', (value) => {
    expect(faulty({ ...production, AUTH_SECRET: value })).toEqual(['AUTH_SECRET']);
  });
});

describe('the settings together', () => {
  it('list every fault at once, each variable with its rule', () => {
    const values = {
      PORT: 'abc',
      AUTH_ACCESS_TOKEN_SECONDS: '-1',
      AUTH_BCRYPT_COST: '9',
      AUTH_CORS_ORIGINS: '*',
      AUTH_TRUST_PROXY: 'true',
      NODE_ENV: 'production',
    };
    expect(faulty(values).sort()).toEqual([
      'AUTH_ACCESS_TOKEN_SECONDS',
      'AUTH_BCRYPT_COST',
      'AUTH_CORS_ORIGINS',
      'AUTH_SECRET',
      'AUTH_TRUST_PROXY',
      'PORT',
    ]);
  });

  it('say a rule once that several parts of one value break', () => {
    expect(faulty({ AUTH_SECRET: 'short,shorter' })).toEqual(['AUTH_SECRET']);
    expect(faulty({ AUTH_CORS_ORIGINS: '*,null' })).toEqual(['AUTH_CORS_ORIGINS']);
  });

  it('demand a secret with PostgreSQL, in any spelling of its URL', () => {
    for (const scheme of ['postgresql', 'postgres']) {
      expect(faulty({ DATABASE_URL: `${scheme}://localhost/gatehouse` })).toEqual(['AUTH_SECRET']);
      expect(faulty({ DATABASE_URL: `${scheme}://localhost/gatehouse`, AUTH_SECRET: secret })).toEqual([]);
    }
  });

  it('take the number of connections from DATABASE_URL, where the setting of its own says nothing', () => {
    const inUrl = { DATABASE_URL: 'postgresql://localhost/gatehouse?connection_limit=3', AUTH_SECRET: secret };
    expect(connectionsOf(load(inUrl))).toBe(3);
    expect(connectionsOf(load({ ...inUrl, AUTH_DATABASE_CONNECTIONS: '7' }))).toBe(7);
  });

  it('warn of a parameter of DATABASE_URL that does nothing, by its name', () => {
    const result = loadConfig({ DATABASE_URL: 'postgresql://localhost/gatehouse?pool_timeout=2', AUTH_SECRET: secret });
    expect(result).toMatchObject({ ok: true, warnings: ['DATABASE_URL has the parameter pool_timeout, which does nothing here'] });
  });

  it('keep a session at least as long as an access token, and its end after its idle end', () => {
    expect(faulty({ AUTH_REFRESH_IDLE_SECONDS: '899' })).toEqual(['AUTH_REFRESH_IDLE_SECONDS']);
    expect(faulty({ AUTH_ACCESS_TOKEN_SECONDS: '600', AUTH_REFRESH_IDLE_SECONDS: '600' })).toEqual([]);
    expect(faulty({ AUTH_SESSION_MAX_SECONDS: '2591999' })).toEqual(['AUTH_SESSION_MAX_SECONDS']);
    // A relation to a value that is itself wrong would only add noise.
    expect(faulty({ AUTH_ACCESS_TOKEN_SECONDS: 'x', AUTH_REFRESH_IDLE_SECONDS: '1' })).toEqual(['AUTH_ACCESS_TOKEN_SECONDS']);
  });

  it('let a whole request take no less time than its headers, for Node would swap the two', () => {
    expect(faulty({ AUTH_HTTP_HEADERS_SECONDS: '16' })).toEqual(['AUTH_HTTP_REQUEST_SECONDS']);
    expect(faulty({ AUTH_HTTP_HEADERS_SECONDS: '20', AUTH_HTTP_REQUEST_SECONDS: '20' })).toEqual([]);
  });

  it('warn of an AUTH_ variable that nobody knows, with the nearest name, and leave others alone', () => {
    const result = loadConfig({ AUTH_ACCESS_TOKEN_SECOND: '5', PATH: '/bin', AUTHOR: 'kate' });
    expect(result).toMatchObject({
      ok: true,
      warnings: ['AUTH_ACCESS_TOKEN_SECOND is not a setting of Gatehouse; did you mean AUTH_ACCESS_TOKEN_SECONDS?'],
    });
  });
});
