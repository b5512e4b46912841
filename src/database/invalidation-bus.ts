import type { Queries } from './queries';

/**
 * What a notice is about. `beat` says nothing but that its node hears, and how long it believes what it remembers after that.
 * `ask` wants an `ack` of the same id from every node: it has heard all that was said before.
 */
export type Topic = 'beat' | 'ask' | 'ack' | 'sessions' | 'user' | 'keys' | 'client' | 'roles' | 'clock' | 'upstream';

/** What one node tells all nodes, itself included. */
export interface Notice {
  readonly topic: Topic;
  /** Ids, as the topic has them. Never a secret: whoever may read the database may listen. */
  readonly ids: readonly string[];
  /** The node that says it. */
  readonly from: string;
}

/**
 * What nodes tell each other. A notice only saves work: it is no permission to believe what was read before. Whoever
 * remembers something between requests drops it at a notice about it and at every gap, and uses it only while
 * `heardUntil` is recent enough; otherwise it asks the database. So a node that was stopped, or whose line is dead,
 * falls back to asking by itself. See docs/decisions/013-notices.md.
 */
export interface Notices {
  /** This node, in `from`: another one at each start. */
  readonly node: string;
  /**
   * As a part of the transaction of `queries`: heard by every listening node once it is committed, in the order of the
   * commits, and never when it is rolled back. @throws {Failure} UNAVAILABLE
   */
  readonly publish: (queries: Queries, topic: Topic, ids: readonly string[]) => Promise<void>;
  /**
   * Done when no node can any more believe what it remembers from before this call: each has heard what was committed until
   * now, or its lease has run out. It takes a lease at most, whatever is lost or stopped. A transaction in which
   * something was published has waited for it before it is done.
   */
  readonly settled: () => Promise<void>;
  /**
   * The transaction of `queries` waits for {@link settled} when it is committed, though it published nothing: it found done what
   * another one has done, and that one may still be waiting for nodes to hear of it.
   */
  readonly settleAfter: (queries: Queries) => void;
  /** Calls back at each notice about this. @returns how to stop it */
  readonly subscribe: (topic: Topic, listener: (notice: Notice) => void) => () => void;
  /** Calls back when notices may have been missed: the line broke or was opened anew, or (SQLite) another process wrote. */
  readonly onGap: (listener: () => void) => () => void;
  /**
   * Calls back whenever `heardUntil` has moved on, about once a second while the line is good, with that moment by the time of
   * day: milliseconds of `Date.now()`.
   */
  readonly onBeat: (listener: (heardUntilTime: number) => void) => () => void;
  /**
   * Every notice of what was committed before this moment has been heard here: milliseconds of `performance.now()`,
   * which goes on while the process is stopped. Minus infinity: it does not listen.
   */
  readonly heardUntil: () => number;
  /** Whether it hears, as far as it knows by now: a line that falls silent is noticed within 2 s, and what it remembers ends sooner. */
  readonly isConnected: () => boolean;
  /**
   * Begins to listen, and is done when it hears or when the first try has failed; a command of the command line does
   * not. Called back whenever it becomes disconnected, and why, or is connected again.
   */
  readonly start: (onChange?: (isConnected: boolean, reason?: Disconnection) => void) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Why a node is not connected to the others. */
export type Disconnection =
  /** The line or the pool has no connection, or what it has does not answer. */
  | 'unreachable'
  /** Line and pool are on two servers. */
  | 'other-server'
  /** A heartbeat that was sent through the pool did not come back over the line: a pooler that shares connections is between. */
  | 'not-heard';

/** PostgreSQL takes less than 8,000 bytes a notice; our ids have at most 43 characters. */
export const maxIdsInNotice = 100;

/** From one heartbeat to the next, in milliseconds. */
export const beatEveryMs = 1_000;

/** Clocks of two machines do not run equally fast (500 ppm is a bad one); this is 5 %. */
export const waitedLeaseMs = (leaseMs: number): number => leaseMs * 1.05 + 1;

/** Who listens on this node. */
export interface Listeners {
  readonly subscribe: Notices['subscribe'];
  readonly onGap: Notices['onGap'];
  readonly onBeat: Notices['onBeat'];
  readonly tell: (notice: Notice) => void;
  readonly tellGap: () => void;
  readonly tellBeat: (heardUntilTime: number) => void;
}

export function createListeners(): Listeners {
  const byTopic = new Map<Topic, Set<(notice: Notice) => void>>();
  const gaps = new Set<() => void>();
  const beats = new Set<(heardUntilTime: number) => void>();
  return {
    subscribe: (topic, listener) => {
      const listeners = byTopic.get(topic) ?? new Set();
      byTopic.set(topic, listeners);
      return addTo(listeners, listener);
    },
    onGap: (listener) => addTo(gaps, listener),
    onBeat: (listener) => addTo(beats, listener),
    tell: (notice) => {
      for (const listener of [...(byTopic.get(notice.topic) ?? [])]) listener(notice);
    },
    tellGap: () => {
      for (const listener of [...gaps]) listener();
    },
    tellBeat: (heardUntilTime) => {
      for (const listener of [...beats]) listener(heardUntilTime);
    },
  };
}

function addTo<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => void set.delete(listener);
}

/** Ids in as many parts as notices are needed; no ids are one notice all the same. */
export function inNotices(ids: readonly string[]): (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  for (let from = 0; from < Math.max(ids.length, 1); from += maxIdsInNotice) parts.push(ids.slice(from, from + maxIdsInNotice));
  return parts;
}
