import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Notice, type Topic, waitedLeaseMs } from '../invalidation-bus';

/**
 * Who may still believe what it remembers (leases: Gray and Cheriton 1989). A node believes for `leaseMs` from when it sent the
 * last heartbeat that has come back to it. Whoever revokes asks, after its commit, and waits until each node has acknowledged or
 * its lease has run out. Why nobody can be missed: docs/decisions/015-leases.md.
 */
export interface Leases {
  /** The line is open: from now on every notice is heard. */
  readonly begin: () => void;
  /** The line is lost. */
  readonly end: () => void;
  readonly hear: (notice: Notice) => void;
  /** Null: nobody remembers anything. */
  readonly barrier: () => Barrier | null;
  /** See Notices: a barrier of its own, outside of a transaction. */
  readonly settled: () => Promise<void>;
}

/** What every node has to acknowledge. Its id goes out as an `ask`, after what is to be heard. */
export interface Barrier {
  readonly id: string;
  /** Waits, from now on, until no node can still believe what it remembered before the `ask`. */
  readonly reached: () => Promise<void>;
  /** It is not waited for: its transaction was rolled back. */
  readonly drop: () => void;
}

interface Dependencies {
  readonly node: string;
  /** Of this node, in milliseconds. 0: it remembers nothing. */
  readonly leaseMs: number;
  /** Says it through the pool. Without a line it is not said. */
  readonly say: (topic: Topic, ids: readonly string[]) => Promise<void>;
}

/** A question that is under way. */
interface Ask {
  /** Who may still believe, and until when at the latest. Undefined: the question has not come back yet. */
  missing: Map<string, number> | undefined;
  readonly acknowledged: () => void;
}

export function createLeases({ node, leaseMs, say }: Dependencies): Leases {
  const others = createOthers(node, leaseMs);
  const asks = new Map<string, Ask>();
  const acknowledge = createAcknowledging(say);

  /** R12 own-barrier-back: our own question is back, so whatever was committed before it has been heard, every heartbeat included. */
  const takeStock = (ask: Ask): void => {
    ask.missing = others.mayStillBelieve(performance.now());
    if (ask.missing.size === 0) ask.acknowledged();
  };

  const hear = ({ from, topic, ids }: Notice): void => {
    // R14 later-heartbeat-is-no-ack: it adds to nobody's acknowledgement.
    if (topic === 'beat') others.hear(from, leaseOf(ids[0]));
    if (topic === 'ask')
      for (const id of ids) {
        const ask = asks.get(id);
        if (ask && from === node) takeStock(ask);
        else if (leaseMs > 0) acknowledge(id);
      }
    if (topic === 'ack')
      for (const id of ids) {
        const ask = asks.get(id);
        ask?.missing?.delete(from);
        if (ask?.missing?.size === 0) ask.acknowledged();
      }
  };

  const barrier = (): Barrier | null => {
    if (others.longestLeaseMs() === 0) return null;
    const id = randomUUID();
    let acknowledged = (): void => {};
    const done = new Promise<void>((resolve) => {
      acknowledged = resolve;
    });
    const ask: Ask = { missing: undefined, acknowledged };
    asks.set(id, ask);
    const drop = (): void => void asks.delete(id);
    // R13 whole-lease-otherwise: counted from the commit, when nothing of it comes back.
    const reached = (): Promise<void> => waitFor(ask, done, performance.now() + waitedLeaseMs(others.longestLeaseMs())).finally(drop);
    return { id, reached, drop };
  };

  return {
    begin: others.begin,
    end: () => {
      others.end();
      for (const ask of asks.values()) ask.missing = undefined; // its answers are lost: the deadline counts
    },
    hear,
    barrier,
    settled: createSettling(barrier, say),
  };
}

/** What a node knows of the other ones: when each was heard last, and for how long it may believe from then on. */
function createOthers(node: string, leaseMs: number) {
  /** When each node's last heartbeat was heard, which is after it was sent, and its lease. */
  const beats = new Map<string, { readonly heardAt: number; readonly leaseMs: number }>();
  let heardSince = Number.POSITIVE_INFINITY;
  const longestLeaseMs = (): number => Math.max(leaseMs, ...[...beats.values()].map((beat) => beat.leaseMs));

  return {
    longestLeaseMs,
    begin: (): void => {
      heardSince = performance.now();
    },
    end: (): void => {
      heardSince = Number.POSITIVE_INFINITY;
      beats.clear();
    },
    hear: (from: string, itsLeaseMs: number): void => void beats.set(from, { heardAt: performance.now(), leaseMs: itsLeaseMs }),
    /** Who may, and until when at the latest. R15 heard-for-a-lease, R16 margin. */
    mayStillBelieve: (now: number): Map<string, number> => {
      const missing = new Map<string, number>();
      for (const [from, beat] of beats) {
        const until = beat.heardAt + waitedLeaseMs(beat.leaseMs);
        if (until > now && from !== node) missing.set(from, until);
        if (until <= now) beats.delete(from);
      }
      const allKnownAt = heardSince + waitedLeaseMs(longestLeaseMs());
      if (allKnownAt > now) missing.set('somebody who was there before we heard', allKnownAt);
      return missing;
    },
  };
}

/** One question for everybody who came to ask in one turn of the event loop. */
function createSettling(barrier: Leases['barrier'], say: Dependencies['say']): Leases['settled'] {
  let round: Promise<void> | undefined;
  const askAll = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    round = undefined; // whoever comes from now on may have committed after the question was sent
    const asked = barrier();
    if (asked === null) return; // nobody remembers anything
    say('ask', [asked.id]).catch(() => {}); // without an answer the whole lease is waited for
    await asked.reached();
  };
  return async () => {
    round ??= askAll();
    await round;
  };
}

/** One answer to all questions that were heard in one turn of the event loop. */
function createAcknowledging(say: Dependencies['say']): (id: string) => void {
  let toAcknowledge: string[] = [];
  return (id) => {
    if (toAcknowledge.length === 0)
      setImmediate(() => {
        const ids = toAcknowledge;
        toAcknowledge = [];
        say('ack', ids).catch(() => {}); // who asks waits for our lease to run out
      });
    toAcknowledge.push(id);
  };
}

/** Until it is acknowledged, until nobody who has not can believe any more, or until the deadline of `performance.now()`. */
async function waitFor(ask: Ask, acknowledged: Promise<void>, deadline: number): Promise<void> {
  const timer = new AbortController();
  const { signal } = timer;
  const over = acknowledged.then(() => timer.abort());
  for (let now = performance.now(); now < deadline && !signal.aborted; now = performance.now()) {
    const left = [...(ask.missing?.values() ?? [])].filter((until) => until > now);
    if (ask.missing !== undefined && left.length === 0) break;
    const next = ask.missing === undefined ? Math.min(deadline, now + lookAgainMs) : Math.min(deadline, ...left);
    await Promise.race([over, sleep(Math.ceil(next - now), undefined, { signal }).catch(() => {})]);
  }
  timer.abort();
}

/** The longest lease that a node of any version may have, in milliseconds: an earlier one allowed more than AUTH_LEASE_MS does now. */
const longestLeaseEverMs = 5_000;

/** Whatever else somebody says on the channel must neither end our waiting nor make it endless. */
function leaseOf(said: string | undefined): number {
  const leaseMs = Number(said);
  return leaseMs >= 0 && leaseMs <= longestLeaseEverMs ? leaseMs : longestLeaseEverMs;
}

/** How often somebody whose question is not back looks again, in milliseconds. */
const lookAgainMs = 20;
