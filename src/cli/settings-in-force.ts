import { availableParallelism } from 'node:os';
import { type Config, type SettingValues, settings } from '../config';

type Name = keyof SettingValues;
type Shown = string | number | boolean | readonly string[] | null;

/** What is in force for a variable that has no default of its own, or one that must not be shown as it is. */
const inForce: Readonly<Partial<Record<Name, (config: Config) => Shown>>> = {
  DATABASE_URL: ({ databaseUrl }) => maskDatabase(databaseUrl),
  AUTH_DATABASE_CONNECTIONS: ({ databaseConnections }) => databaseConnections,
  PUBLIC_URL: publicUrlOf,
  AUTH_SECRET: ({ secrets }) => secrets?.map(() => '***') ?? 'made at the first start, and kept beside the database',
  AUTH_AUDIENCE: (config) => config.audience ?? publicUrlOf(config),
  AUTH_PASSWORD_POLICY: ({ passwordPolicy }) => passwordPolicy,
  AUTH_HASH_THREADS: ({ hashThreads }) => hashThreads ?? availableParallelism(),
  AUTH_CORS_ORIGINS: ({ corsOrigins }) => corsOrigins,
  AUTH_EXPLORER: ({ explorer }) => explorer,
  AUTH_DEMO_USER: ({ demoUser }) => demoUser,
  AUTH_INTROSPECTION: ({ introspection }) => introspection,
};

/** Every setting under its variable's name, as it is in force. No secret is in it: docs/configuration.md says what is masked. */
export function settingsInForce(config: Config, values: SettingValues): Readonly<Record<string, Shown>> {
  const names = Object.keys(settings.shape) as Name[]; // zod gives them as texts
  const all = names.map((name) => [name, inForce[name]?.(config) ?? maskUrls(values[name])] as const);
  return Object.fromEntries(all);
}

/** For a person: as the variable would be written. */
export function describeSetting(value: Shown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return 'none';
  return Array.isArray(value) ? value.join(',') : String(value);
}

function publicUrlOf({ publicUrl, port }: Config): string {
  return publicUrl ?? `http://localhost:${port}`;
}

/** User and password of any address, and whatever stands behind its question mark. */
function maskUrls(value: unknown): Shown {
  if (Array.isArray(value)) return value.map((each) => String(maskUrls(each)));
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  return /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? maskUrl(value) : value;
}

function maskUrl(value: string): string {
  if (!URL.canParse(value)) return '***';
  const { protocol, username, password, host, pathname, search, hash } = new URL(value);
  // A password with a slash or a question mark in it ends up in the path: its @ gives it away.
  if (/@|%40/i.test(pathname)) return `${protocol}//***`;
  return `${protocol}//${username || password ? '***@' : ''}${host}${pathname === '/' ? '' : pathname}${search || hash ? '?***' : ''}`;
}

/** `authToken` and the like stand behind a question mark of a `file:` too. */
const maskDatabase = (url: string): string => (url.startsWith('file:') ? url.replace(/[?#].*$/s, '?***') : maskUrl(url));
