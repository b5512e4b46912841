import { availableParallelism } from 'node:os';
import { settings } from '../app/load-config';
import type { Config } from '../config';
import { connectionsOf } from '../database/database.settings';
import { senderOf, shownMail, shownSender } from '../mail/mail.url';

type Shown = string | number | boolean | readonly string[] | null;

/** What is in force for a variable that has no default of its own, or one that must not be shown as it is. */
const inForce: Readonly<Record<string, (config: Config) => Shown>> = {
  DATABASE_URL: ({ databaseUrl }) => maskDatabase(databaseUrl),
  AUTH_DATABASE_CONNECTIONS: (config) => connectionsOf(config),
  PUBLIC_URL: publicUrlOf,
  NODE_ENV: ({ production }) => (production ? 'production' : 'development'),
  AUTH_SECRET: ({ secrets }) => secrets?.map(() => '***') ?? 'made at the first start, and kept beside the database',
  AUTH_AUDIENCE: (config) => config.audience ?? publicUrlOf(config),
  AUTH_MAIL_URL: shownMail,
  AUTH_MAIL_FROM: (config) => shownSender(senderOf(config.mail, publicUrlOf(config))),
  AUTH_HASH_THREADS: ({ hashThreads }) => hashThreads ?? availableParallelism(),
};

/** Every setting under its variable's name, as it is in force. No secret is in it: docs/configuration.md says what is masked. */
export function settingsInForce(config: Config, values: Readonly<Record<string, unknown>>): Readonly<Record<string, Shown>> {
  const all = [...settings.keys()].map((name) => [name, inForce[name]?.(config) ?? maskUrls(values[name])] as const);
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
