import { Client, Pool as PgPool, type PoolClient, type PoolConfig } from 'pg';
import type { PostgresqlUrl } from '../database-url';
import { databaseTimeoutMs } from '../time-limit';
import type { PoolServer } from './pool-server';
import { requireSuitable, UnsuitableDatabaseError } from './suitable';

/** A request may wait for a connection and then for its statement: both together are databaseTimeoutMs. */
const connectionTimeoutMs = 700;
const statementTimeoutMs = databaseTimeoutMs - connectionTimeoutMs;

/** A node that was stopped in the middle of a transaction does not commit it an hour later: see revocation-feed/revocation.feed.ts. */
const idleInTransactionTimeoutMs = 5_000;

/** How long no connection is added after PostgreSQL had none left. */
const fullForMs = 5_000;

const limits = { statement_timeout: statementTimeoutMs, idle_in_transaction_session_timeout: idleInTransactionTimeoutMs };

/**
 * The connections of a node to PostgreSQL, at most `max`.
 *
 * The server's time limits are start-up parameters. PgBouncer refuses those that it does not know, or keeps them to itself: then each
 * connection sets them before its first statement, and each transaction once more, in the message of its BEGIN, because behind a
 * pooler that shares connections the first SET may have met another one.
 * @returns the pool, and the schema that the tables are in @throws {UnsuitableDatabaseError}, and the driver's errors
 */
export async function openPool(
  url: PostgresqlUrl,
  max: number,
  server: Pick<PoolServer, 'onConnect' | 'guard'>,
): Promise<{ readonly pool: PgPool; readonly schema: string }> {
  return (await tryPool(url, server, { max, ...limits })) ?? (await tryPool(url, server, { max, Client: LimitedClient })) ?? refuse();
}

/** Null: what stands before the server does not let the limits through. */
async function tryPool(
  url: PostgresqlUrl,
  server: Pick<PoolServer, 'onConnect' | 'guard'>,
  config: PoolConfig,
): Promise<{ readonly pool: PgPool; readonly schema: string } | null> {
  const pool = new Pool({
    connectionString: url.connectionString,
    connectionTimeoutMillis: connectionTimeoutMs,
    query_timeout: statementTimeoutMs,
    keepAlive: true,
    application_name: 'gatehouse',
    onConnect: server.onConnect,
    ...config,
  });
  server.guard(pool);
  // After a ROLLBACK that met silence, whoever had the connection next would be answered and never committed.
  pool.on('release', (_error, client) => {
    if (['T', 'E'].includes(client.getTransactionStatus() ?? '')) void client.end();
  });
  try {
    const { schema, statementTimeout } = await requireSuitable(pool, url.schema);
    if (statementTimeout === `${statementTimeoutMs}ms`) return { pool, schema };
  } catch (error) {
    if (!isRefusedParameter(error)) {
      await pool.end();
      throw error;
    }
  }
  await pool.end();
  return null;
}

/** PgBouncer's word for a start-up parameter that it does not know. What `?schema=` needs is another one: see cli/system-error.ts. */
const isRefusedParameter = (error: unknown): boolean => /^unsupported startup parameter: (statement|idle)/.test((error as Error).message);

function refuse(): never {
  throw new UnsuitableDatabaseError('The database lets nobody set statement_timeout, without which a request could hang.');
}

/** Sets the limits by itself. */
class LimitedClient extends Client {
  override connect(): Promise<this>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<this> | undefined {
    const connected = this.connectWithLimits();
    if (callback === undefined) return connected;
    connected.then(() => callback(undefined as unknown as Error), callback); // as the pool expects it
    return undefined;
  }

  private async connectWithLimits(): Promise<this> {
    const ignore = (): void => {};
    await super.connect();
    this.on('error', ignore); // a line that is lost now is what the statement says
    try {
      await super.query(setting('SESSION'));
      return this;
    } catch (error) {
      void this.end();
      throw error;
    } finally {
      this.off('error', ignore);
    }
  }

  override query = ((query: unknown, ...more: readonly unknown[]) => {
    const isBegin = (query as { readonly text?: unknown } | null)?.text === 'BEGIN';
    const limited = isBegin ? { ...(query as object), text: `BEGIN; ${setting('LOCAL')}` } : query;
    return (super.query as (...all: readonly unknown[]) => unknown)(limited, ...more);
  }) as Client['query'];
}

const setting = (scope: 'SESSION' | 'LOCAL'): string =>
  Object.entries(limits)
    .map(([name, value]) => `SET ${scope} ${name} = ${value}`)
    .join('; ');

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: (release?: unknown) => void) => void;

/** PostgreSQL's "too many connections" (SQLSTATE 53300). */
const tooManyConnections = '53300';

/** When PostgreSQL has no connection left, it waits for one of its own instead of asking again and again. */
class Pool extends PgPool {
  private readonly most = this.options.max;
  private timer: NodeJS.Timeout | undefined;

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | undefined {
    if (callback === undefined)
      return new Promise((resolve, reject) => this.connect((error, client) => (client === undefined ? reject(error) : resolve(client))));
    this.attempt(callback, performance.now() + connectionTimeoutMs);
    return undefined;
  }

  private attempt(callback: Callback, deadline: number): void {
    super.connect((error, client, done) => {
      const isFull = (error as { code?: unknown } | undefined)?.code === tooManyConnections;
      if (!isFull || this.totalCount === 0 || performance.now() > deadline) return callback(error, client, done);
      this.addNoneForAWhile();
      this.attempt(callback, deadline); // in the queue: the next one that is given back
    });
  }

  private addNoneForAWhile(): void {
    this.options.max = Math.max(1, this.totalCount);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.options.max = this.most;
    }, fullForMs).unref();
  }
}
