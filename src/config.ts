import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { connectionsRange, databaseUrlFault, defaultConnections, parseDatabaseUrl } from './database-url';
import { isStrongSecret } from './secrets';

/**
 * The settings, from the environment. Pure: nothing is read or made here, and every fault is listed at once,
 * by variable and rule and never by value. `.env.example` documents each; a test holds it to {@link settings}.
 */
const dayInSeconds = 24 * 60 * 60;

const seconds = (least: number, most: number, fallback: number) => wholeNumber(least, most, 'whole seconds').default(fallback);

const wholeNumber = (least: number, most: number, what = 'a whole number') => {
  const rule = `must be ${what} from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule);
};

const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((value) => value === 'on');

/** As a browser writes it into `Origin`: a web page's, or that of an app or an extension, whose scheme has no default port. */
const origin = z.string().refine((value) => {
  if (/^https?:/i.test(value)) return parseUrl(value)?.origin === value && !value.includes('*');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[A-Za-z0-9_-][A-Za-z0-9._-]*(?::\d{1,5})?$/.exec(value)?.[1];
  return scheme !== undefined && !schemesWithoutPages.has(scheme);
}, 'must be exact origins like https://app.example.com or capacitor://localhost, separated by commas');

/** Pages of these send `Origin: null`, or there are none (HTML §7.1.1). */
const schemesWithoutPages: ReadonlySet<string> = new Set(['about', 'blob', 'data', 'file', 'ftp', 'javascript', 'ws', 'wss']);

const commaSeparated = (value: string): string[] => value.split(',').map((part) => part.trim());

const secret = z.string().refine(isStrongSecret, 'must be at least 32 bytes from a random source, for example: openssl rand -base64 48');

const trustProxy = z
  .string()
  .refine(
    (value) => /^[1-9]\d?$/.test(value) || commaSeparated(value).every(isAddressOrRange),
    'must be a number of hops (1 to 99), or addresses and CIDR ranges separated by commas',
  )
  .transform((value) => (/^\d+$/.test(value) ? Number(value) : commaSeparated(value)));

/** The longest that AUTH_LEASE_MS may be: who revokes may have to wait for it, and is answered within 2 s (rest/answer-time.ts). */
export const maxLeaseMs = 1_250;

/** The least and the most that each limit of a GraphQL operation may be set to. */
export const operationLimitRanges = {
  maxTokens: [100, 10_000],
  maxDepth: [1, 100],
  maxFields: [1, 2_000],
  maxRootFields: [1, 1_000],
  maxCost: [1, 1_000_000],
  maxAliases: [0, 1_000],
  maxDirectives: [0, 1_000],
  maxListEntries: [10, 10_000],
  maxInputDepth: [1, 100],
} as const satisfies Record<keyof OperationLimits, readonly [number, number]>;

export const settings = z.object({
  DATABASE_URL: z
    .string()
    .superRefine((value, context) => {
      const rule = databaseUrlFault(value);
      if (rule !== null) context.addIssue({ code: 'custom', message: rule });
    })
    .default('file:./data/gatehouse.db'),
  AUTH_DATABASE_CONNECTIONS: wholeNumber(...connectionsRange).optional(),
  HOST: z
    .string()
    .regex(/^([\w.-]+|[\da-f:.]+(%\w+)?)$/i, 'must be an address or a host name, without a scheme or a port')
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4000),
  PUBLIC_URL: z
    .string()
    .refine((value) => {
      const url = parseUrl(value);
      return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && !url.username && !url.password;
    }, 'must be an http or https URL without a user, a password or a query')
    .transform((value) => value.replace(/\/+$/, ''))
    .optional(),
  NODE_ENV: z.enum(['development', 'production', 'test'], { error: 'must be development or production' }).default('development'),
  AUTH_SECRET: z.string().transform(commaSeparated).pipe(z.array(secret)).optional(),
  AUTH_ACCESS_TOKEN_SECONDS: seconds(1, dayInSeconds, 900),
  AUTH_REFRESH_IDLE_SECONDS: seconds(1, 3650 * dayInSeconds, 30 * dayInSeconds),
  AUTH_SESSION_MAX_SECONDS: seconds(1, 3650 * dayInSeconds, 90 * dayInSeconds),
  AUTH_REFRESH_GRACE_SECONDS: seconds(0, 300, 10),
  AUTH_SESSIONS_PER_USER: wholeNumber(1, 10_000).default(50),
  AUTH_LEASE_MS: wholeNumber(0, maxLeaseMs, 'whole milliseconds').default(1_000),
  AUTH_KEY_ROTATION_DAYS: wholeNumber(0, 3650, 'whole days').default(90),
  AUTH_AUDIENCE: z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters').optional(),
  AUTH_PASSWORD_POLICY: z.enum(['basic', 'standard', 'strict'], { error: 'must be basic, standard or strict' }).optional(),
  AUTH_BCRYPT_COST: wholeNumber(10, 15).default(12),
  AUTH_HASH_THREADS: wholeNumber(1, 64).optional(),
  AUTH_AUDIT_DAYS: wholeNumber(1, 3650, 'whole days').default(400),
  AUTH_HTTP_HEADERS_SECONDS: seconds(1, 300, 10),
  AUTH_HTTP_REQUEST_SECONDS: seconds(1, 300, 15),
  AUTH_CORS_ORIGINS: z.string().transform(commaSeparated).pipe(z.array(origin)).optional(),
  AUTH_SIGN_IN_URL: z
    .string()
    .refine((value) => /^https?:$/.test(parseUrl(value)?.protocol ?? ''), 'must be an http or https URL')
    .optional(),
  AUTH_UPSTREAM_POLICY: z.string().max(4096, 'must be the path of a file').optional(),
  AUTH_ORIGINAL_BODY: onOff.default(false),
  AUTH_TRUST_PROXY: trustProxy.optional(),
  AUTH_EXPLORER: onOff.optional(),
  AUTH_DEMO_USER: onOff.optional(),
  AUTH_INTROSPECTION: onOff.optional(),
  AUTH_FEDERATION: onOff.default(false),
  AUTH_GRAPHQL_MAX_TOKENS: wholeNumber(...operationLimitRanges.maxTokens).default(1_000),
  AUTH_GRAPHQL_MAX_DEPTH: wholeNumber(...operationLimitRanges.maxDepth).default(10),
  AUTH_GRAPHQL_MAX_FIELDS: wholeNumber(...operationLimitRanges.maxFields).default(250),
  AUTH_GRAPHQL_MAX_ROOT_FIELDS: wholeNumber(...operationLimitRanges.maxRootFields).default(10),
  AUTH_GRAPHQL_MAX_COST: wholeNumber(...operationLimitRanges.maxCost).default(1_000),
  AUTH_GRAPHQL_MAX_ALIASES: wholeNumber(...operationLimitRanges.maxAliases).default(15),
  AUTH_GRAPHQL_MAX_DIRECTIVES: wholeNumber(...operationLimitRanges.maxDirectives).default(20),
  AUTH_GRAPHQL_MAX_LIST_ENTRIES: wholeNumber(...operationLimitRanges.maxListEntries).default(100),
  AUTH_GRAPHQL_MAX_INPUT_DEPTH: wholeNumber(...operationLimitRanges.maxInputDepth).default(5),
  AUTH_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be a pino level: fatal, error, warn, info, debug, trace or silent',
    })
    .default('info'),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  AUTH_LIMIT_LOGIN: wholeNumber(1, 1_000_000).default(5),
  AUTH_LIMIT_LOGIN_NETWORK: wholeNumber(1, 1_000_000).default(100),
  AUTH_LIMIT_LOGIN_ACCOUNT: wholeNumber(1, 1_000_000).default(50),
  AUTH_LIMIT_REGISTER_NETWORK: wholeNumber(1, 1_000_000).default(200),
  AUTH_LIMIT_PASSWORD_CHECK: wholeNumber(1, 1_000_000).default(10),
  AUTH_LIMIT_PROFILE: wholeNumber(1, 1_000_000).default(30),
  AUTH_LIMIT_REFRESH: wholeNumber(1, 1_000_000).default(60),
  AUTH_LIMIT_CLIENT: wholeNumber(1, 1_000_000).default(10),
  AUTH_LIMIT_CLIENT_NETWORK: wholeNumber(1, 1_000_000).default(100),
  AUTH_LIMIT_WINDOW_SECONDS: seconds(60, dayInSeconds, 900),
});

export type PasswordPolicyName = 'basic' | 'standard' | 'strict';

/** How large one GraphQL operation may be. `src/graphql/operation.weight.ts` says how each is counted. */
export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxFields: number;
  readonly maxRootFields: number;
  readonly maxCost: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  /** Of a list or an object of the input. */
  readonly maxListEntries: number;
  readonly maxInputDepth: number;
}

/** The settings in force. Times are in seconds; `secrets` are newest first and never empty once the app is open. */
export interface Config {
  readonly production: boolean;
  readonly databaseUrl: string;
  /** How many connections the pool of a node opens at most, on PostgreSQL. */
  readonly databaseConnections: number;
  readonly host: string;
  readonly port: number;
  /** Undefined: `http://localhost:PORT`, known once the port is. */
  readonly publicUrl: string | undefined;
  /** Undefined: made once and kept beside the SQLite file. */
  readonly secrets: readonly string[] | undefined;
  readonly accessTokenSeconds: number;
  readonly refreshIdleSeconds: number;
  readonly sessionMaxSeconds: number;
  readonly refreshGraceSeconds: number;
  readonly sessionsPerUser: number;
  /** How long a node on PostgreSQL believes what it remembers after it has heard the others, in milliseconds; 0 = not at all. */
  readonly leaseMs: number;
  /** How long a key signs before its successor is made; 0 = it is left to `gatehouse keys rotate`. */
  readonly keyRotationDays: number;
  readonly audience: string | undefined;
  readonly passwordPolicy: PasswordPolicyName;
  readonly bcryptCost: number;
  /** Undefined: one a core. */
  readonly hashThreads: number | undefined;
  readonly auditDays: number;
  /** How long the headers of a request, and the whole of a request, may take to arrive. */
  readonly httpHeadersSeconds: number;
  readonly httpRequestSeconds: number;
  readonly corsOrigins: readonly string[];
  /** Where forward-auth sends a browser without a session. Undefined: nowhere, it gets its 401. */
  readonly signInUrl: string | undefined;
  /** The file that says who may have which field of the GraphQL services behind forward-auth. Undefined: nobody any. */
  readonly upstreamPolicyFile: string | undefined;
  /** Whether forward-auth reads `X-Original-Body`: only behind a proxy that sets it itself. */
  readonly readsOriginalBody: boolean;
  readonly trustProxy: number | readonly string[] | undefined;
  readonly explorer: boolean;
  /** Whether the first start makes somebody to log in as. */
  readonly demoUser: boolean;
  readonly introspection: boolean;
  /** Whether the schema is one subgraph among others. */
  readonly federation: boolean;
  readonly operationLimits: OperationLimits;
  readonly logLevel: string;
  readonly metricsPort: number | undefined;
  /** How many tries are free before every further one has to wait: see limits/limits.ts. */
  readonly limits: {
    readonly login: number;
    readonly loginNetwork: number;
    readonly loginAccount: number;
    readonly registerNetwork: number;
    readonly passwordCheck: number;
    readonly profile: number;
    readonly refresh: number;
    readonly client: number;
    readonly clientNetwork: number;
    readonly windowSeconds: number;
  };
}

export type SettingValues = Readonly<z.output<typeof settings>>;

/** A setting that breaks its rule. */
export interface Fault {
  readonly variable: string;
  readonly rule: string;
}

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly string[];
      /** Each variable with its value, or with its default; undefined where it has none. */
      readonly values: SettingValues;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Reads the settings out of an environment. An empty value counts as not set, as in most shells' habits. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = settings.safeParse(given);
  const ownFaults = parsed.error?.issues.map(({ path, message }) => ({ variable: String(path[0]), rule: message })) ?? [];
  const faults = [...ownFaults, ...faultsBetween(given, ownFaults)];
  if (!parsed.success || faults.length > 0) return { ok: false, faults: uniqueByVariable(faults) };
  const warnings = [...unknownVariables(given), ...unusedParameters(parsed.data.DATABASE_URL)];
  return { ok: true, config: toConfig(parsed.data), warnings, values: parsed.data };
}

function toConfig(values: z.output<typeof settings>): Config {
  const production = values.NODE_ENV === 'production';
  return {
    production,
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.AUTH_DATABASE_CONNECTIONS ?? connectionLimitOf(values.DATABASE_URL) ?? defaultConnections,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL,
    secrets: values.AUTH_SECRET,
    accessTokenSeconds: values.AUTH_ACCESS_TOKEN_SECONDS,
    refreshIdleSeconds: values.AUTH_REFRESH_IDLE_SECONDS,
    sessionMaxSeconds: values.AUTH_SESSION_MAX_SECONDS,
    refreshGraceSeconds: values.AUTH_REFRESH_GRACE_SECONDS,
    sessionsPerUser: values.AUTH_SESSIONS_PER_USER,
    leaseMs: values.AUTH_LEASE_MS,
    keyRotationDays: values.AUTH_KEY_ROTATION_DAYS,
    audience: values.AUTH_AUDIENCE,
    passwordPolicy: values.AUTH_PASSWORD_POLICY ?? (production ? 'standard' : 'basic'),
    bcryptCost: values.AUTH_BCRYPT_COST,
    hashThreads: values.AUTH_HASH_THREADS,
    auditDays: values.AUTH_AUDIT_DAYS,
    httpHeadersSeconds: values.AUTH_HTTP_HEADERS_SECONDS,
    httpRequestSeconds: values.AUTH_HTTP_REQUEST_SECONDS,
    corsOrigins: values.AUTH_CORS_ORIGINS ?? [],
    signInUrl: values.AUTH_SIGN_IN_URL,
    upstreamPolicyFile: values.AUTH_UPSTREAM_POLICY,
    readsOriginalBody: values.AUTH_ORIGINAL_BODY,
    trustProxy: values.AUTH_TRUST_PROXY,
    explorer: values.AUTH_EXPLORER ?? !production,
    demoUser: values.AUTH_DEMO_USER ?? !production,
    introspection: values.AUTH_INTROSPECTION ?? !production,
    federation: values.AUTH_FEDERATION,
    operationLimits: {
      maxTokens: values.AUTH_GRAPHQL_MAX_TOKENS,
      maxDepth: values.AUTH_GRAPHQL_MAX_DEPTH,
      maxFields: values.AUTH_GRAPHQL_MAX_FIELDS,
      maxRootFields: values.AUTH_GRAPHQL_MAX_ROOT_FIELDS,
      maxCost: values.AUTH_GRAPHQL_MAX_COST,
      maxAliases: values.AUTH_GRAPHQL_MAX_ALIASES,
      maxDirectives: values.AUTH_GRAPHQL_MAX_DIRECTIVES,
      maxListEntries: values.AUTH_GRAPHQL_MAX_LIST_ENTRIES,
      maxInputDepth: values.AUTH_GRAPHQL_MAX_INPUT_DEPTH,
    },
    logLevel: values.AUTH_LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    limits: {
      login: values.AUTH_LIMIT_LOGIN,
      loginNetwork: values.AUTH_LIMIT_LOGIN_NETWORK,
      loginAccount: values.AUTH_LIMIT_LOGIN_ACCOUNT,
      registerNetwork: values.AUTH_LIMIT_REGISTER_NETWORK,
      passwordCheck: values.AUTH_LIMIT_PASSWORD_CHECK,
      profile: values.AUTH_LIMIT_PROFILE,
      refresh: values.AUTH_LIMIT_REFRESH,
      client: values.AUTH_LIMIT_CLIENT,
      clientNetwork: values.AUTH_LIMIT_CLIENT_NETWORK,
      windowSeconds: values.AUTH_LIMIT_WINDOW_SECONDS,
    },
  };
}

/** Rules between two settings. A variable that is already at fault is left out of them. */
function faultsBetween(given: Readonly<Record<string, string | undefined>>, known: readonly Fault[]): Fault[] {
  const faulty = new Set(known.map(({ variable }) => variable));
  const secondsOf = (name: Extract<keyof typeof settings.shape, `AUTH_${string}_SECONDS`>) =>
    faulty.has(name) ? Number.NaN : Number(settings.shape[name].parse(given[name]));
  const faults: Fault[] = [];
  if (!given.AUTH_SECRET && given.NODE_ENV === 'production')
    faults.push({
      variable: 'AUTH_SECRET',
      rule: 'is required in production: at least 32 random bytes, for example: openssl rand -base64 48',
    });
  else if (!given.AUTH_SECRET && /^postgres(ql)?:/.test(given.DATABASE_URL ?? ''))
    faults.push({
      variable: 'AUTH_SECRET',
      rule: 'is required with PostgreSQL, the same on every node: at least 32 random bytes, for example: openssl rand -base64 48',
    });
  if (given.NODE_ENV === 'production' && !faulty.has('PUBLIC_URL') && isOpenHttp(given.PUBLIC_URL))
    faults.push({
      variable: 'PUBLIC_URL',
      rule: 'must be https in production, but for this machine (localhost): tokens and passwords travel to it',
    });
  if (given.AUTH_DEMO_USER === 'on' && given.NODE_ENV === 'production')
    faults.push({ variable: 'AUTH_DEMO_USER', rule: 'must not be on in production' });
  if (secondsOf('AUTH_REFRESH_IDLE_SECONDS') < secondsOf('AUTH_ACCESS_TOKEN_SECONDS'))
    faults.push({ variable: 'AUTH_REFRESH_IDLE_SECONDS', rule: 'must not be shorter than AUTH_ACCESS_TOKEN_SECONDS' });
  if (secondsOf('AUTH_SESSION_MAX_SECONDS') < secondsOf('AUTH_REFRESH_IDLE_SECONDS'))
    faults.push({ variable: 'AUTH_SESSION_MAX_SECONDS', rule: 'must not be shorter than AUTH_REFRESH_IDLE_SECONDS' });
  if (secondsOf('AUTH_HTTP_REQUEST_SECONDS') < secondsOf('AUTH_HTTP_HEADERS_SECONDS'))
    faults.push({ variable: 'AUTH_HTTP_REQUEST_SECONDS', rule: 'must not be shorter than AUTH_HTTP_HEADERS_SECONDS' });
  return faults;
}

const uniqueByVariable = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.variable} ${fault.rule}`, fault])).values(),
];

/** The parameters of DATABASE_URL that do nothing, by name. */
const unusedParameters = (databaseUrl: string): string[] =>
  parseDatabaseUrl(databaseUrl).unused.map((name) => `DATABASE_URL has the parameter ${name}, which does nothing here`);

function connectionLimitOf(databaseUrl: string): number | undefined {
  const parsed = parseDatabaseUrl(databaseUrl);
  return parsed.provider === 'postgresql' ? parsed.connections : undefined;
}

function unknownVariables(given: Readonly<Record<string, unknown>>): string[] {
  const known = Object.keys(settings.shape);
  return Object.keys(given)
    .filter((name) => name.startsWith('AUTH_') && !known.includes(name))
    .map((name) => {
      const nearest = known.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
      return `${name.slice(0, 64)} is not a setting of Gatehouse; did you mean ${nearest}?`;
    });
}

function isAddressOrRange(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = isIp(address);
  if (bits === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= bits);
}

const isIp = (value: string): 0 | 32 | 128 => {
  if (z.ipv4().safeParse(value).success) return 32;
  return z.ipv6().safeParse(value).success ? 128 : 0;
};

/** Names and addresses that never leave the machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3). */
const isLoopback = (hostname: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

function isOpenHttp(value: string | undefined): boolean {
  const url = value === undefined ? null : parseUrl(value);
  return url?.protocol === 'http:' && !isLoopback(url.hostname);
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}
