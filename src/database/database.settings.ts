import { z } from 'zod';
import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';
import { connectionsRange, databaseUrlFault, defaultConnections, parseDatabaseUrl } from './database-url';

/** The longest that AUTH_LEASE_MS may be: who revokes may have to wait for it, and is answered within 2 s (deadline.ts). */
export const maxLeaseMs = 1_250;

const databaseUrl = z.string().superRefine((value, context) => {
  const rule = databaseUrlFault(value);
  if (rule !== null) context.addIssue({ code: 'custom', message: rule });
});

export const databaseSettings = section(
  'Where it keeps things',
  {
    databaseUrl: setting('DATABASE_URL', databaseUrl, {
      default: 'file:./data/gatehouse.db',
      words: '`file:` is SQLite, `postgresql://` is PostgreSQL: see [databases](databases.md)',
    }),
    databaseConnections: setting('AUTH_DATABASE_CONNECTIONS', wholeNumber(...connectionsRange), {
      shown: '`connection_limit` of `DATABASE_URL`, or `10`',
      words: 'connections that the pool of a node opens at most; 1 to 1,000',
    }),
    leaseMs: setting('AUTH_LEASE_MS', wholeNumber(0, maxLeaseMs, 'whole milliseconds'), {
      default: '1000',
      words: `on PostgreSQL, how long a node believes what it remembers of sessions after it has heard the other nodes; 0 to ${maxLeaseMs} ms, 0 asks the database for every request. The same on every node; 0 behind a pooler that shares connections: see [how soon a revocation is seen](revocation.md)`,
    }),
  },
  {
    warnings: (values) =>
      parseDatabaseUrl(String(values.databaseUrl)).unused.map((name) => `DATABASE_URL has the parameter ${name}, which does nothing here`),
  },
);

/** How many connections the pool of a node opens at most, on PostgreSQL. */
export function connectionsOf(config: { readonly databaseUrl: string; readonly databaseConnections: number | undefined }): number {
  const parsed = parseDatabaseUrl(config.databaseUrl);
  return config.databaseConnections ?? (parsed.provider === 'postgresql' ? parsed.connections : undefined) ?? defaultConnections;
}
