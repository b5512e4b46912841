import { randomUUID } from 'node:crypto';
import { beatEveryMs, createListeners, inNotices, type Notice, type Notices } from '../invalidation-bus';
import type { Queries } from '../queries';
import type { SqliteConnection } from './connection';

/** Notices for the one process that opens the file. */
export interface SqliteNotices extends Notices {
  /** From now on what is published with these waits for `committed`. */
  readonly begin: (queries: Queries) => void;
  readonly committed: (queries: Queries) => void;
}

/**
 * On SQLite one process serves, so that what it says it hears itself, in the moment of the commit. Commands of the
 * command line write too: `PRAGMA data_version` is another number once they did, and that is a
 * gap, for it does not say what they wrote.
 */
export function createSqliteNotices({ sqlite, commitUnderWay }: Pick<SqliteConnection, 'sqlite' | 'commitUnderWay'>): SqliteNotices {
  const listeners = createListeners();
  const publishing = createPublishing(listeners.tell);
  let timer: NodeJS.Timeout | undefined;
  let version = Number.NaN;
  let heardAt = Number.NEGATIVE_INFINITY;

  const readAgain = (): void => {
    const now = performance.now();
    const [row] = sqlite.prepare('PRAGMA data_version').all() as { data_version: number }[];
    version = row?.data_version ?? Number.NaN;
    heardAt = now;
  };

  /** Not while a COMMIT is under way: the connection would answer after the disk, and what that one publishes is not told yet. */
  const heardUntil = (): number => {
    if (timer === undefined) return Number.NEGATIVE_INFINITY;
    if (commitUnderWay()) return heardAt;
    const before = version;
    try {
      readAgain();
    } catch {
      return Number.NEGATIVE_INFINITY; // the file cannot be read now
    }
    if (version !== before) listeners.tellGap();
    return heardAt;
  };

  const beat = async (): Promise<void> => {
    while (commitUnderWay()) await commitUnderWay();
    if (heardUntil() !== Number.NEGATIVE_INFINITY) listeners.tellBeat(Date.now());
  };

  return {
    ...publishing,
    settleAfter: () => {},
    settled: async () => {}, // the one process that serves asks for the version at each check
    subscribe: listeners.subscribe,
    onGap: listeners.onGap,
    onBeat: listeners.onBeat,
    heardUntil,
    isConnected: () => heardUntil() !== Number.NEGATIVE_INFINITY,
    start: async () => {
      readAgain();
      timer = setInterval(() => void beat(), beatEveryMs).unref();
    },
    close: async () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

/** What is published in a transaction is told when it is committed. */
function createPublishing(tell: (notice: Notice) => void): Pick<SqliteNotices, 'node' | 'begin' | 'committed' | 'publish'> {
  const node = randomUUID();
  const waiting = new WeakMap<Queries, Notice[]>();
  return {
    node,
    begin: (queries) => void waiting.set(queries, []),
    committed: (queries) => {
      for (const notice of waiting.get(queries) ?? []) tell(notice);
    },
    publish: async (queries, topic, ids) => {
      const notices = inNotices(ids).map((part): Notice => ({ from: node, topic, ids: part }));
      const pending = waiting.get(queries);
      if (pending) pending.push(...notices);
      else for (const notice of notices) tell(notice);
    },
  };
}
