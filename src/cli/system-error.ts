import { Failure } from '../errors';
import { describeDefect } from '../log';

const known: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'HOST is not an address of this machine',
  EACCES: 'the system does not permit it (the port, or the folder of the database)',
  EROFS: 'the folder of the database is read-only',
  ENOSPC: 'the disk is full',
  ECONNREFUSED: 'the database does not answer at the address in DATABASE_URL',
  ENOTFOUND: 'the host in DATABASE_URL, or the one in HOST, is not known',
  ETIMEDOUT: 'the database does not answer in time',
  '28P01': 'the database refuses the password in DATABASE_URL',
  '28000': 'the database refuses the user in DATABASE_URL',
  '3D000': 'the database named in DATABASE_URL does not exist',
  '53300': 'the database has no connection left for us',
  '55P03': 'another start holds the lock of the migrations, and has not let go of it in two minutes',
  '42501': 'the user in DATABASE_URL may not make tables there',
  SQLITE_NOTADB: 'the file in DATABASE_URL is not an SQLite database',
  SQLITE_CANTOPEN: 'the file in DATABASE_URL cannot be opened',
  SQLITE_READONLY: 'the file in DATABASE_URL is read-only',
};

interface ServerError {
  readonly code: string;
  readonly message: string;
}

/** What PostgreSQL, or a pooler before it, says: in its own words, and what to do where that is known. */
function describeServerError({ code, message }: ServerError): string {
  const mend = /unsupported startup parameter/.test(message)
    ? '. A pooler does not let through what ?schema= or ?options= in DATABASE_URL need: leave them out, and give them to the role ' +
      '(ALTER ROLE name SET search_path = schema)'
    : '';
  return `the database said: ${message} (${code})${mend}`;
}

/** Why a start or a command failed, for a person: the reason where it is known, and where in the code it is not. */
export function describeSystemError(error: unknown): string {
  const { code, port, severity } = error as { code?: string; port?: number; severity?: unknown };
  if (code === 'EADDRINUSE')
    return `the port ${port ?? ''} is in use; set PORT, METRICS_PORT or AUTH_TEST_PORT to another one (EADDRINUSE)`;
  const reason = code === undefined ? undefined : known[code];
  if (reason !== undefined) return `${reason} (${code})`;
  if (code !== undefined && severity !== undefined) return describeServerError(error as ServerError);
  if (error instanceof Failure && error.code === 'UNAVAILABLE' && error.cause !== undefined) return describeSystemError(error.cause);
  const { type, message, stack, cause } = describeDefect(error);
  if (
    (type === 'PolicyError' ||
      type === 'ProvidersError' ||
      type === 'SecretFileError' ||
      type === 'BreachedListError' ||
      type === 'TestModeError') &&
    message
  )
    return message;
  if (type === 'BreachedFileError' && message) return `the file of AUTH_BREACHED_PASSWORDS ${message}`;
  if ((type === 'MigrationError' || type === 'SealedKeyError' || type === 'UnsuitableDatabaseError') && message)
    return cause?.message || cause?.code ? `${message} The database said: ${(error as Error & { cause: Error }).cause.message}` : message;
  return [`${type}${code ? ` ${code}` : ''}${message ? `: ${message}` : ''}`, ...stack].join('\n  ');
}
