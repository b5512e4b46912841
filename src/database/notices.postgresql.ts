import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Prisma } from './generated/sqlite/client';
import { createLeases } from './leases';
import { beatEveryMs, createListeners, inNotices, type Notice, type Notices, type Topic } from './notices';
import type { Queries } from './queries';

/** One for all nodes on a database; PostgreSQL keeps databases apart. */
const channel = 'gatehouse';

/** A heartbeat that has not come back by then never will: the line is dead, though it may still be open. */
const beatTimeoutMs = 2_000;

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export interface PostgresqlNotices extends Notices {
  /** Whether something was published as a part of the transaction of these, or it is to settle all the same. */
  readonly hasPublished: (queries: Queries) => boolean;
}

/**
 * Notices over LISTEN and NOTIFY, on a connection of its own. PostgreSQL delivers them in the order of the commits, so a
 * heartbeat that this node has sent to itself proves, when it is back, that everything committed before it was
 * sent has been heard. Through a pooler that shares connections no heartbeat comes back: the node stays deaf, and asks.
 */
export function createPostgresqlNotices(url: string, leaseMs: number): PostgresqlNotices {
  const node = randomUUID();
  const listeners = createListeners();
  const closing = new AbortController();
  const published = new WeakSet<Queries>();
  let say: ((topic: Topic, ids: readonly string[]) => Promise<unknown>) | undefined;
  const leases = createLeases({ node, leaseMs, say: async (topic, ids) => void (await say?.(topic, ids)) });
  let heardUntil = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  /** Listens until the line is lost. @throws whatever was wrong with it */
  const listen = async (onHeard: () => void): Promise<void> => {
    const socket = new Socket();
    const line = new Client({
      connectionString: url,
      application_name: 'gatehouse notices',
      connectionTimeoutMillis: beatTimeoutMs,
      query_timeout: beatTimeoutMs,
      keepAlive: true,
      stream: () => socket,
    });
    const lost = new AbortController();
    line.on('error', () => lost.abort());
    line.on('end', () => lost.abort());
    const over = AbortSignal.any([lost.signal, closing.signal]);
    let onBeatBack = (): void => {};
    let expected = '';
    line.on('notification', ({ payload = '' }) => {
      const notice = readNotice(payload);
      if (notice === null) return listeners.tellGap(); // of a newer version: it may mean anything
      listeners.tell(notice);
      leases.hear(notice);
      if (notice.topic === 'beat' && notice.ids[1] === expected) onBeatBack(); // one of an earlier line, late, would prove less
    });
    try {
      await line.connect();
      await line.query(`LISTEN ${channel}`);
      listeners.tellGap(); // nobody has heard what was said before
      let said: Promise<unknown> = Promise.resolve();
      say = (topic, ids) => {
        const text = writeNotice({ from: node, topic, ids });
        said = said.catch(() => {}).then(() => line.query('SELECT pg_notify($1, $2)', [channel, text])); // one at a time
        return said;
      };
      leases.begin();
      while (!over.aborted) {
        const [sentAt, sentAtTime] = [performance.now(), Date.now()];
        const isBack = new Promise<void>((resolve) => {
          onBeatBack = resolve;
        });
        expected = randomUUID();
        await say('beat', [String(leaseMs), expected]);
        await withinTime(isBack, over);
        heardUntil = sentAt;
        onHeard();
        listeners.tellBeat(sentAtTime);
        await sleep(pauseBetweenBeatsMs(leaseMs), undefined, { signal: over, ref: false });
      }
    } finally {
      say = undefined;
      leases.end();
      if (heardUntil !== Number.NEGATIVE_INFINITY) {
        heardUntil = Number.NEGATIVE_INFINITY;
        listeners.tellGap();
      }
      socket.destroy(); // to say goodbye on a dead line would wait for ever
    }
  };

  /** Again and again; the pause doubles while it does not succeed. Half of it is chance, so that nodes do not come all at once. */
  const keepListening = async (onChange: (listening: boolean) => void, onFirstTry: () => void): Promise<void> => {
    let isDeaf = false;
    for (let pauseMs = firstPauseMs; !closing.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const onHeard = (): void => {
        pauseMs = firstPauseMs;
        if (isDeaf) onChange(true);
        isDeaf = false;
        onFirstTry();
      };
      await listen(onHeard).catch(() => {}); // whatever it was, the line is opened anew
      onFirstTry();
      if (closing.signal.aborted) return;
      if (!isDeaf) onChange(false);
      isDeaf = true;
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  };

  return {
    node,
    publish: async (queries, topic, ids) => {
      for (const part of inNotices(ids)) await queries.$executeRaw(notifySql(writeNotice({ from: node, topic, ids: part })));
      published.add(queries);
    },
    hasPublished: (queries) => published.has(queries),
    settled: leases.settled,
    settleAfter: (queries) => void published.add(queries),
    subscribe: listeners.subscribe,
    onGap: listeners.onGap,
    onBeat: listeners.onBeat,
    heardUntil: () => heardUntil,
    start: (onChange = () => {}) =>
      new Promise((resolve) => {
        running ??= keepListening(onChange, resolve);
      }),
    close: async () => {
      closing.abort();
      await running;
    },
  };
}

const notifySql = (payload: string): Parameters<Queries['$executeRaw']>[0] => Prisma.sql`SELECT pg_notify(${channel}, ${payload})`;

async function withinTime(work: Promise<void>, over: AbortSignal): Promise<void> {
  const timer = new AbortController();
  const late = sleep(beatTimeoutMs, undefined, { signal: AbortSignal.any([over, timer.signal]), ref: false }).then(() => {
    throw new Error('a heartbeat did not come back');
  });
  try {
    await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}

/** Three to a lease, so that one that is late does not end it. */
const pauseBetweenBeatsMs = (leaseMs: number): number => (leaseMs === 0 ? beatEveryMs : Math.min(beatEveryMs, leaseMs / 3));

const topics: ReadonlySet<string> = new Set<Topic>(['beat', 'ask', 'ack', 'sessions', 'user', 'keys', 'client']);

const writeNotice = ({ from, topic, ids }: Notice): string => [from, topic, ...ids].join(' ');

/** Null: not one of ours. */
function readNotice(payload: string): Notice | null {
  const [from = '', topic = '', ...ids] = payload.split(' ');
  return topics.has(topic) ? { from, topic: topic as Topic, ids } : null;
}
