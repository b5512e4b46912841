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
  /** When each node's last heartbeat was heard, which is after it was sent, and its lease. */
  const beats = new Map<string, { readonly heardAt: number; readonly leaseMs: number }>();
  const asks = new Map<string, Ask>();
  let heardSince = Number.POSITIVE_INFINITY;
  let toAcknowledge: string[] = [];
  let round: Promise<void> | undefined;

  const longestLeaseMs = (): number => Math.max(leaseMs, ...[...beats.values()].map((beat) => beat.leaseMs));

  /** R12 own-barrier-back: our own question is back, so whatever was committed before it has been heard, every heartbeat included. R15 heard-for-a-lease, R16 margin. */
  const takeStock = (ask: Ask): void => {
    const now = performance.now();
    const missing = new Map<string, number>();
    for (const [from, beat] of beats) {
      const until = beat.heardAt + waitedLeaseMs(beat.leaseMs);
      if (until > now && from !== node) missing.set(from, until);
      if (until <= now) beats.delete(from);
    }
    const allKnownAt = heardSince + waitedLeaseMs(longestLeaseMs());
    if (allKnownAt > now) missing.set('somebody who was there before we heard', allKnownAt);
    ask.missing = missing;
    if (missing.size === 0) ask.acknowledged();
  };

  const acknowledge = (id: string): void => {
    if (toAcknowledge.length === 0)
      setImmediate(() => {
        const ids = toAcknowledge;
        toAcknowledge = [];
        say('ack', ids).catch(() => {}); // who asks waits for our lease to run out
      });
    toAcknowledge.push(id);
  };

  const hear = ({ from, topic, ids }: Notice): void => {
    // R14 later-heartbeat-is-no-ack: it adds to nobody's acknowledgement.
    if (topic === 'beat') beats.set(from, { heardAt: performance.now(), leaseMs: leaseOf(ids[0]) });
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

  const waitFor = async (ask: Ask, acknowledged: Promise<void>, deadline: number): Promise<void> => {
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
  };

  const barrier = (): Barrier | null => {
    if (longestLeaseMs() === 0) return null;
    const id = randomUUID();
    let acknowledged = (): void => {};
    const done = new Promise<void>((resolve) => {
      acknowledged = resolve;
    });
    const ask: Ask = { missing: undefined, acknowledged };
    asks.set(id, ask);
    const drop = (): void => void asks.delete(id);
    // R13 whole-lease-otherwise: counted from the commit, when nothing of it comes back.
    const reached = (): Promise<void> => waitFor(ask, done, performance.now() + waitedLeaseMs(longestLeaseMs())).finally(drop);
    return { id, reached, drop };
  };

  /** One question for everybody who came to ask in this turn of the event loop. */
  const askAll = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    round = undefined; // whoever comes from now on may have committed after the question was sent
    const asked = barrier();
    if (asked === null) return;
    say('ask', [asked.id]).catch(() => {}); // without an answer the whole lease is waited for
    await asked.reached();
  };

  return {
    begin: () => {
      heardSince = performance.now();
    },
    end: () => {
      heardSince = Number.POSITIVE_INFINITY;
      beats.clear();
      for (const ask of asks.values()) ask.missing = undefined; // its answers are lost: the deadline counts
    },
    hear,
    barrier,
    settled: async () => {
      if (longestLeaseMs() === 0) return;
      round ??= askAll();
      await round;
    },
  };
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
