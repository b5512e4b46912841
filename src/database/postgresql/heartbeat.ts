import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Disconnection } from '../invalidation-bus';
import type { ListeningLine } from './listening-line';
import type { PoolServer } from './pool-server';
import { isSameServer, readServer, type ServerRow, serverColumns } from './server';

export class DisconnectedError extends Error {
  override readonly name = 'DisconnectedError';

  constructor(
    readonly reason: Disconnection,
    cause?: unknown,
  ) {
    super(`not connected to the other nodes: ${reason}`, { cause });
  }
}

/** A moment, on both of this node's clocks, in milliseconds. */
export interface SentAt {
  readonly elapsed: number;
  readonly time: number;
}

export interface Heartbeat {
  /** The line has got one of this node's own. */
  readonly heard: (nonce: string, backendPid: number) => void;
  /**
   * Sends one, and waits until it is proven. @returns the moment from which it counts. @throws {DisconnectedError}, or an AbortError when the
   * line is lost meanwhile
   */
  readonly prove: (line: ListeningLine) => Promise<SentAt>;
}

interface Dependencies {
  readonly pool: Pool;
  readonly poolServer: Pick<PoolServer, 'retire' | 'cancel'>;
  readonly channel: string;
  readonly leaseMs: number;
  readonly payload: (nonce: string) => string;
}

/** What has not come back by then never will: the line is dead, though it may still be open. */
const backWithinMs = 2_000;

/** A heartbeat's commit may take half of the lease, so that a server that cannot commit is left before the lease is over. */
const commitWithinMs = (leaseMs: number): number => Math.max(250, leaseMs / 2);

/**
 * R2 heartbeat-through-pool: sent where this node reads and commits, heard where it listens. Only so it proves that this node hears what the others
 * commit. One at a time. docs/decisions/021-heartbeat-through-the-pool.md
 */
export function createHeartbeat({ pool, poolServer, channel, leaseMs, payload }: Dependencies): Heartbeat {
  let expected = '';
  let onHeard = (_backendPid: number): void => {};

  /** R5 heartbeat-is-written: a commit that writes nothing would not wait for a synchronous standby. */
  const text = `SELECT pg_notify($1, $2), pg_logical_emit_message(true, 'gatehouse', 'heartbeat'), ${serverColumns}`;

  const send = async (nonce: string) => {
    const connection = await pool.connect();
    const sentAt: SentAt = { elapsed: performance.now(), time: Date.now() };
    try {
      const statement = { text, values: [channel, payload(nonce)], query_timeout: commitWithinMs(leaseMs) };
      const { rows } = await connection.query<ServerRow>(statement);
      connection.release();
      return { sentAt, ...readServer(rows) };
    } catch (error) {
      connection.release(error as Error);
      // R18 unfinished-heartbeat-retires-the-pool: it may be an old primary. New connections go where the address leads to by now.
      if (!('code' in (error as Error))) {
        poolServer.retire();
        poolServer.cancel(connection).catch(() => {}); // it would wait for the standby for ever
      }
      throw error;
    }
  };

  return {
    heard: (nonce, backendPid) => {
      if (nonce === expected) onHeard(backendPid); // R6 heartbeat-is-fresh: an earlier one, late, would prove less
    },
    prove: async (line) => {
      const nonce = randomUUID();
      expected = nonce;
      const back = new Promise<number>((resolve) => {
        onHeard = resolve;
      });
      const sent = await send(nonce).catch((error: unknown) => {
        throw new DisconnectedError('unreachable', error);
      });
      // R4 heartbeat-of-the-same-server.
      if (!isSameServer(sent.server, line.server)) throw new DisconnectedError('other-server');
      const from = await withinTime(back, line.lost);
      // R3 heartbeat-from-another-backend: a process hears itself without reading what others have said.
      if (from !== sent.backendPid || from === line.backendPid) throw new DisconnectedError('not-heard');
      return sent.sentAt;
    },
  };
}

async function withinTime<T>(work: Promise<T>, over: AbortSignal): Promise<T> {
  const timer = new AbortController();
  const late = sleep(backWithinMs, undefined, { signal: AbortSignal.any([over, timer.signal]), ref: false }).then((): never => {
    throw new DisconnectedError('not-heard');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
