import type { ClientBase, Pool } from 'pg';
import { type Backend, isOlderServer, isSameServer, readServer, type Server, type ServerRow, serverColumns } from './server';

/**
 * Keeps the whole pool on one server: the one that the address leads to now. After a failover a connection that still stands leads to
 * the old primary, whose readings are stale (docs/decisions/021-heartbeat-through-the-pool.md, R18 and R19).
 */
export interface PoolServer {
  /** For the pool's `onConnect`: asks a new connection where it is. @throws when its server was left behind by a promotion */
  readonly onConnect: (connection: ClientBase) => Promise<void>;
  /** Called once, with the pool that calls `onConnect`. */
  readonly guard: (pool: Pool) => void;
  /** Every connection of until now is closed: idle ones now, the others when they are given back. */
  readonly retire: () => void;
  /** Calls back when the pool has come to another server. */
  readonly onMoved: (listener: () => void) => void;
  /** Ends what a connection's statement waits for, where that is sure to be its own. It has been taken out of the pool. */
  readonly cancel: (connection: ClientBase) => Promise<void>;
}

/** A new connection is not used before it has answered, in milliseconds. */
const askTimeoutMs = 500;

export function createPoolServer(): PoolServer {
  const backends = new WeakMap<ClientBase, Backend & { readonly age: number }>();
  const listeners: (() => void)[] = [];
  let pool: Pool | undefined;
  let current: Server | undefined;
  let age = 0;

  const isRetired = (connection: ClientBase): boolean => (backends.get(connection)?.age ?? age) < age;

  const retire = (): void => {
    age += 1;
    // Each that is idle is taken once: what is retired is closed when it is given back.
    for (let left = pool?.idleCount ?? 0; left > 0; left -= 1)
      pool?.connect().then(
        (connection) => connection.release(),
        () => {}, // the pool is being closed
      );
  };

  /** R19 pool-on-one-server. */
  const moveTo = (server: Server): void => {
    const isFirst = current === undefined;
    current = server;
    if (isFirst) return;
    retire();
    for (const listener of listeners) listener();
  };

  return {
    onConnect: async (connection) => {
      const backend = await askWhere(connection);
      if (backend === null) return;
      if (current !== undefined && isOlderServer(backend.server, current))
        throw new Error('the connection leads to a server that a promotion has left behind');
      if (current === undefined || !isSameServer(backend.server, current)) moveTo(backend.server);
      backends.set(connection, { ...backend, age });
    },
    guard: (guarded) => {
      pool = guarded;
      // A line that breaks is told by its statement, or is nobody's: without listeners the process would end.
      pool.on('error', () => {});
      pool.on('connect', (connection) => void connection.on('error', () => {}));
      pool.on('release', (_error, connection) => {
        if (isRetired(connection)) void connection.end();
      });
    },
    retire,
    onMoved: (listener) => void listeners.push(listener),
    cancel: async (connection) => {
      const { backendPid } = backends.get(connection) ?? {};
      const { processID } = connection as { processID?: number };
      // Behind a pooler that process may be at work for somebody else.
      if (backendPid !== undefined && processID === backendPid) await pool?.query('SELECT pg_cancel_backend($1)', [backendPid]);
    },
  };
}

/** Null: a server that does not tell. It serves all the same, and no heartbeat is ever proven through it. @throws what the line throws */
async function askWhere(connection: ClientBase): Promise<Backend | null> {
  try {
    const statement = { text: `SELECT ${serverColumns}`, query_timeout: askTimeoutMs };
    return readServer((await connection.query<ServerRow>(statement)).rows);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (/^(42|0A)/.test(code)) return null; // access rule violation or undefined function; feature not supported
    throw error;
  }
}
