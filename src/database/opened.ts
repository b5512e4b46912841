import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { defaultConnections, parsePostgresqlUrl } from './database-url';
import type { PrismaClient } from './generated/sqlite/client';
import type { Notices } from './invalidation-bus';
import type { OnQuery } from './outage.adapter';
import type { Barrier } from './postgresql/leases';
import type { Queries } from './queries';
import { SqliteAdapter } from './sqlite/adapter';
import { openSqlite, sqliteFile } from './sqlite/connection';
import { type FileWatch, watchFile } from './sqlite/file.watch';
import { createSqliteNotices } from './sqlite/invalidation-bus';
import { databaseTimeoutMs } from './time-limit';

export interface DatabaseOptions {
  /** Called before each statement with its SQL. */
  readonly onQuery?: OnQuery;
  /** How long a node on PostgreSQL believes what it remembers after it has heard the others; 0, the default = it remembers nothing. */
  readonly leaseMs?: number;
  /** How many connections the pool of a node on PostgreSQL opens at most. */
  readonly connections?: number;
  /** Called once, when the SQLite file is no longer the one that was opened: everything is UNAVAILABLE from then on. */
  readonly onFileReplaced?: () => void;
}

/** What the two providers do not have in common. */
export interface Opened {
  readonly driver: SqlDriverAdapterFactory;
  readonly notices: Notices;
  readonly transactionWith: <T>(client: PrismaClient, work: (queries: Queries) => Promise<T>) => Promise<T>;
  /** Of SQLite alone. */
  readonly file?: FileWatch;
}

export async function openOnSqlite(url: string, { onFileReplaced = () => {} }: DatabaseOptions): Promise<Opened> {
  const connection = await openSqlite(url, databaseTimeoutMs);
  const notices = createSqliteNotices(connection);
  const file = watchFile(sqliteFile(url), () => {
    void notices.close(); // from now on it hears nothing, and services that follow are told so
    onFileReplaced();
  });
  const transactionWith: Opened['transactionWith'] = async (client, work) => {
    let inside: Queries | undefined;
    const result = await client.$transaction((queries) => {
      inside = queries;
      notices.begin(queries);
      return work(queries);
    });
    if (inside) notices.committed(inside);
    return result;
  };
  return { driver: new SqliteAdapter(connection), notices, transactionWith, file };
}

/** Its libraries are loaded here alone: a gateway on SQLite does without them. */
export async function openOnPostgresql(url: string, { leaseMs = 0, connections }: DatabaseOptions): Promise<Opened> {
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { openPool } = await import('./postgresql/pool');
  const { createPostgresqlNotices } = await import('./postgresql/invalidation-bus');
  const { createPoolServer } = await import('./postgresql/pool-server');
  const parsed = parsePostgresqlUrl(url);
  const poolServer = createPoolServer();
  const { pool, schema } = await openPool(parsed, connections ?? parsed.connections ?? defaultConnections, poolServer);
  const driver = new PrismaPg(pool, { disposeExternalPool: true, schema });
  const notices = createPostgresqlNotices({ url: parsed.connectionString, leaseMs, pool, poolServer });
  const transactionWith: Opened['transactionWith'] = async (client, work) => {
    const asked: { barrier?: Barrier | null } = {};
    try {
      const result = await client.$transaction(async (queries) => {
        const done = await work(queries); // PostgreSQL itself keeps a notice back until the commit
        asked.barrier = await notices.askIn(queries);
        return done;
      });
      await asked.barrier?.reached();
      return result;
    } finally {
      asked.barrier?.drop();
    }
  };
  return { driver, notices, transactionWith };
}
