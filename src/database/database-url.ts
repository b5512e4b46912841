import { parse } from 'pg-connection-string';

/** The one reading of DATABASE_URL: for the settings, the pool, the line of notices, migrations, the command line and what is printed. */
export type DatabaseUrl = SqliteUrl | PostgresqlUrl;

export interface SqliteUrl {
  readonly provider: 'sqlite';
  /** The path, decoded and without a query. */
  readonly file: string;
  /** Parameters of the URL that do nothing, by name. */
  readonly unused: readonly string[];
}

export interface PostgresqlUrl {
  readonly provider: 'postgresql';
  /** For `pg`: without the parameters that are Gatehouse's own, and with the schema as the search path. */
  readonly connectionString: string;
  /** Host and port, or the folder of the socket, and the database. No user, no password: it may be printed. */
  readonly place: string;
  readonly schema: string | undefined;
  /** `connection_limit`, which is Prisma's word: how many connections the pool opens at most. */
  readonly connections: number | undefined;
  readonly unused: readonly string[];
}

/** A URL that cannot be read. The message is the rule that it breaks, and never holds a part of it. */
export class DatabaseUrlError extends Error {
  override readonly name = 'DatabaseUrlError';
}

/** How many connections the pool of one node may be told to open, and how many it opens at most when it is told nothing. */
export const connectionsRange = [1, 1_000] as const;
export const defaultConnections = 10;

/** @throws {DatabaseUrlError} */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  if (/^file:./.test(text)) return parseSqlite(text);
  if (/^postgres(ql)?:\/\/./.test(text)) return parsePostgresql(text);
  throw new DatabaseUrlError('must begin with file: (SQLite) or postgresql://');
}

/** The rule that it breaks, or null. */
export function databaseUrlFault(text: string): string | null {
  try {
    parseDatabaseUrl(text);
    return null;
  } catch (error) {
    if (error instanceof DatabaseUrlError) return error.message;
    throw error;
  }
}

/** The same of a URL that is PostgreSQL's. @throws {DatabaseUrlError} */
export function parsePostgresqlUrl(text: string): PostgresqlUrl {
  const parsed = parseDatabaseUrl(text);
  if (parsed.provider !== 'postgresql') throw new DatabaseUrlError('must begin with postgresql://');
  return parsed;
}

function parseSqlite(text: string): SqliteUrl {
  const [path = '', query = ''] = splitOnce(text.replace(/^file:(\/\/(?=\/))?/, ''), '?');
  try {
    return { provider: 'sqlite', file: decodeURI(path), unused: [...new URLSearchParams(query).keys()].filter(isPrintable) };
  } catch (error) {
    throw new DatabaseUrlError('must be file: and a path, in which a % is written as %25', { cause: error });
  }
}

/** What `pg` understands. Others of its settings could undo Gatehouse's own, and are not taken from a URL. */
const ofDriver: ReadonlySet<string> = new Set([
  'host',
  'port',
  'user',
  'password',
  'ssl',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
  'application_name',
  'options',
]);

/** `pgbouncer=true` tells Prisma's own engine what is always so here: no statement is prepared under a name. */
const ofGatehouse: ReadonlySet<string> = new Set(['schema', 'connection_limit', 'pgbouncer']);

function parsePostgresql(text: string): PostgresqlUrl {
  const [address = '', query = ''] = splitOnce(text.replaceAll('#', '%23'), '?'); // such a URL has no fragment: libpq reads a # as itself
  const given = new URLSearchParams(query);
  const [, userAndHost = '', afterHost = ''] = /^\w+:\/\/([^/]*)(.*)$/.exec(address) ?? [];
  // What stands before this @ is a user or a password that a "/" or a "?" has cut: the rest would be taken for a host, and be printed.
  if (afterHost.includes('@') || (afterHost === '' && query.includes('@') && !userAndHost.includes('@')))
    throw new DatabaseUrlError('must have / ? and % in the user and the password percent-encoded (%2F, %3F, %25)');
  const schema = readSchema(given.get('schema'));
  const connections = readConnections(given.get('connection_limit'));
  const names = [...new Set(given.keys())];
  for (const name of names) if (!ofDriver.has(name)) given.delete(name);
  const { host, port, database } = readAddress(address, given);
  if (schema !== undefined) given.set('options', [given.get('options'), `-c search_path=${quoted(schema)}`].filter(Boolean).join(' '));
  return {
    provider: 'postgresql',
    connectionString: given.size === 0 ? address : `${address}?${encoded(given)}`,
    place: `${host}${port === '' ? '' : `:${port}`}/${database}`,
    schema,
    connections,
    unused: names.filter((name) => !ofDriver.has(name) && !ofGatehouse.has(name)).filter(isPrintable),
  };
}

/** As the driver will read it. Files of certificates are the driver's to read, when it connects. */
function readAddress(address: string, given: URLSearchParams): { readonly host: string; readonly port: string; readonly database: string } {
  const withoutTls = new URLSearchParams([...given].filter(([name]) => !name.includes('ssl')));
  const read = () => {
    try {
      return parse(`${address}?${encoded(withoutTls)}`);
    } catch {
      return null; // its error holds the URL
    }
  };
  const { host, port, database, user, password } = read() ?? {};
  const isWhole = [host, port, database, user, password].every((part) => !String(part ?? '').includes('\0'));
  const isPort = /^\d{0,5}$/.test(port ?? '') && Number(port ?? '') <= 65_535;
  if (host === undefined || !isWhole || !isPort)
    throw new DatabaseUrlError('must be like postgresql://USER:PASSWORD@HOST:5432/DATABASE, with special characters percent-encoded');
  return { host: host || 'localhost', port: port ?? '', database: database ?? '' };
}

function readSchema(value: string | null): string | undefined {
  if (value === null) return undefined;
  // PostgreSQL keeps 63 bytes of a name; names that begin with pg_ are its own. Prisma writes the name between quotes and escapes none.
  if (/^(?!pg_)[^\p{Cc}"]+$/u.test(value) && Buffer.byteLength(value) <= 63) return value;
  throw new DatabaseUrlError('must have as schema= a name of at most 63 bytes without a quote, which does not begin with pg_');
}

function readConnections(value: string | null): number | undefined {
  if (value === null) return undefined;
  const [least, most] = connectionsRange;
  if (/^\d{1,4}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw new DatabaseUrlError(`must have as connection_limit= a whole number from ${least} to ${most}`);
}

/** An identifier inside the start-up parameter `options`, in which a space ends an argument and a backslash keeps it. */
const quoted = (schema: string): string => `"${schema}"`.replace(/[\\\s]/g, '\\$&');

/** With %20: the driver's parser does not take a + for a space everywhere. */
const encoded = (parameters: URLSearchParams): string =>
  [...parameters].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');

/** What is printed may be a part of a password that was not encoded. */
const isPrintable = (name: string): boolean => /^[a-z_]{1,40}$/i.test(name);

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
