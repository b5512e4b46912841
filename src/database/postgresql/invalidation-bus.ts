import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Notification, Pool } from 'pg';
import { Prisma } from '../generated/sqlite/client';
import { beatEveryMs, createListeners, type Disconnection, inNotices, type Notice, type Notices, type Topic } from '../invalidation-bus';
import type { Queries } from '../queries';
import { createHeartbeat, DisconnectedError } from './heartbeat';
import { type Barrier, createLeases, type Leases } from './leases';
import { type ListeningLine, openListeningLine } from './listening-line';
import type { PoolServer } from './pool-server';

/** One for all nodes on a database; PostgreSQL keeps databases apart. */
const channel = 'gatehouse';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export interface PostgresqlNotices extends Notices {
  /**
   * The last part of a transaction: when something was published in it, or it is to settle all the same, every node is asked to
   * acknowledge it. @returns what to wait for once it is committed; null: nothing
   */
  readonly askIn: (queries: Queries) => Promise<Barrier | null>;
}

interface Dependencies {
  readonly url: string;
  readonly leaseMs: number;
  readonly pool: Pool;
  readonly poolServer: PoolServer;
}

/**
 * Notices over LISTEN and NOTIFY. Everything is said through the pool and heard over a line of its own, on the same server: each
 * heartbeat proves it anew. Without that proof a node is disconnected, and asks the database instead. The rules R1 to R20 are those of
 * docs/decisions/021-heartbeat-through-the-pool.md.
 */
export function createPostgresqlNotices({ url, leaseMs, pool, poolServer }: Dependencies): PostgresqlNotices {
  const node = randomUUID();
  const listeners = createListeners();
  const closing = new AbortController();
  const published = new WeakSet<Queries>();
  let running: Promise<void> | undefined;

  /** What is said without a line would bring no answer. */
  const say = async (topic: Topic, ids: readonly string[]): Promise<void> => {
    if (hearing.hasLine()) await pool.query('SELECT pg_notify($1, $2)', [channel, writeNotice({ from: node, topic, ids })]);
  };
  const leases = createLeases({ node, leaseMs, say });
  const hearing = createHearing({ url, leaseMs, pool, poolServer }, { node, listeners, leases, closing: closing.signal });

  return {
    node,
    publish: async (queries, topic, ids) => {
      for (const part of inNotices(ids)) await queries.$executeRaw(notifySql({ from: node, topic, ids: part }));
      published.add(queries);
    },
    askIn: async (queries) => {
      const barrier = published.has(queries) ? leases.barrier() : null;
      // R11 barrier-in-the-transaction. Without a line the answers would not be heard, and a lease is waited for.
      if (barrier !== null && hearing.hasLine()) await queries.$executeRaw(notifySql({ from: node, topic: 'ask', ids: [barrier.id] }));
      return barrier;
    },
    settled: leases.settled,
    settleAfter: (queries) => void published.add(queries), // R17 finder-waits
    subscribe: listeners.subscribe,
    onGap: listeners.onGap,
    onBeat: listeners.onBeat,
    heardUntil: hearing.heardUntil,
    isConnected: () => hearing.heardUntil() !== Number.NEGATIVE_INFINITY,
    start: (onChange = () => {}) =>
      new Promise((resolve) => {
        running ??= keepListening(hearing.listen, closing.signal, onChange, resolve);
      }),
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

interface HearingParts {
  readonly node: string;
  readonly listeners: ReturnType<typeof createListeners>;
  readonly leases: Leases;
  readonly closing: AbortSignal;
}

/** The line that notices are heard on, proven by heartbeats. */
function createHearing({ url, leaseMs, pool, poolServer }: Dependencies, { node, listeners, leases, closing }: HearingParts) {
  const payload = (nonce: string): string => writeNotice({ from: node, topic: 'beat', ids: [String(leaseMs), nonce] });
  const heartbeat = createHeartbeat({ pool, poolServer, channel, leaseMs, payload });
  let line: ListeningLine | undefined;
  let heardUntil = Number.NEGATIVE_INFINITY;

  const onNotification = ({ payload: said = '', processId }: Notification): void => {
    const notice = readNotice(said);
    if (notice === null) {
      listeners.tellGap(); // of a newer version: it may mean anything
      return;
    }
    listeners.tell(notice);
    leases.hear(notice);
    if (notice.topic === 'beat' && notice.from === node) heartbeat.heard(notice.ids[1] ?? '', processId);
  };

  /** R19, R20 line-on-the-pool's-server: what was read on the other one is forgotten, and a line there is of no use. */
  poolServer.onMoved(() => {
    listeners.tellGap();
    line?.close();
  });

  /** Listens until the line is lost. @throws {DisconnectedError}, and whatever was wrong with the line */
  const listen = async (onProven: () => void): Promise<void> => {
    const opened = await openListeningLine(url, channel, onNotification);
    const over = AbortSignal.any([opened.lost, closing]);
    try {
      line = opened;
      listeners.tellGap(); // R9 drop-all-on-missed: nobody has heard what was said before
      leases.begin();
      while (!over.aborted) {
        const sentAt = await heartbeat.prove(opened);
        if (over.aborted) return;
        heardUntil = sentAt.elapsed;
        onProven();
        listeners.tellBeat(sentAt.time);
        await sleep(pauseBetweenBeatsMs(leaseMs), undefined, { signal: over, ref: false });
      }
    } finally {
      line = undefined;
      leases.end();
      if (heardUntil !== Number.NEGATIVE_INFINITY) {
        heardUntil = Number.NEGATIVE_INFINITY;
        listeners.tellGap();
      }
      opened.close();
    }
  };

  return { listen, hasLine: () => line !== undefined, heardUntil: () => heardUntil };
}

type OnChange = NonNullable<Parameters<Notices['start']>[0]>;

/** Again and again; the pause doubles while it does not succeed. Half of it is chance, so that nodes do not come all at once. */
async function keepListening(
  listen: (onProven: () => void) => Promise<void>,
  closing: AbortSignal,
  onChange: OnChange,
  onFirstTry: () => void,
): Promise<void> {
  let isDisconnected = false;
  for (let pauseMs = firstPauseMs; !closing.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const onProven = (): void => {
      pauseMs = firstPauseMs;
      if (isDisconnected) onChange(true);
      isDisconnected = false;
      onFirstTry();
    };
    let reason: Disconnection = 'unreachable';
    await listen(onProven).catch((error: unknown) => {
      if (error instanceof DisconnectedError) reason = error.reason; // whatever it was, the line is opened anew
    });
    onFirstTry();
    if (closing.aborted) return;
    if (!isDisconnected) onChange(false, reason);
    isDisconnected = true;
    await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: closing, ref: false }).catch(() => {});
  }
}

const notifySql = (notice: Notice): Parameters<Queries['$executeRaw']>[0] =>
  Prisma.sql`SELECT pg_notify(${channel}, ${writeNotice(notice)})`;

/** Three to a lease, so that one that is late does not end it. */
const pauseBetweenBeatsMs = (leaseMs: number): number => (leaseMs === 0 ? beatEveryMs : Math.min(beatEveryMs, leaseMs / 3));

const topics: ReadonlySet<string> = new Set<Topic>(['beat', 'ask', 'ack', 'sessions', 'user', 'keys', 'client', 'roles', 'clock']);

const writeNotice = ({ from, topic, ids }: Notice): string => [from, topic, ...ids].join(' ');

/** Null: not one of ours. */
function readNotice(payload: string): Notice | null {
  const [from = '', topic = '', ...ids] = payload.split(' ');
  return topics.has(topic) ? { from, topic: topic as Topic, ids } : null;
}
