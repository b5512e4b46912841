import type { Topic } from '../../src/database/invalidation-bus';
import { createLeases, type Leases } from '../../src/database/postgresql/leases';

/** A node, and what it says. Whatever it says it hears itself, unless the line is broken. */
function openNode(leaseMs: number, isHeard = true): Leases & { readonly said: [Topic, readonly string[]][] } {
  const said: [Topic, readonly string[]][] = [];
  const leases = createLeases({
    node: 'self',
    leaseMs,
    say: async (topic, ids) => {
      said.push([topic, ids]);
      if (isHeard) leases.hear({ from: 'self', topic, ids });
    },
  });
  return Object.assign(leases, { said });
}

const beat = (from: string, leaseMs: number) => ({ from, topic: 'beat', ids: [String(leaseMs)] }) as const;

/** The time that something took is only ever compared with a bound from below: a slow machine takes longer. */
async function took(work: Promise<void>): Promise<number> {
  const begin = performance.now();
  await work;
  return performance.now() - begin;
}

/** Listens for longer than any lease of these tests. */
async function listening(node: Leases, leaseMs: number): Promise<void> {
  node.begin();
  await new Promise((resolve) => setTimeout(resolve, leaseMs * 1.05 + 5));
}

/** The id of the question that was said last, once it was. */
async function lastAsk({ said }: { readonly said: [Topic, readonly string[]][] }): Promise<string> {
  for (;;) {
    const [, ids] = said.findLast(([topic]) => topic === 'ask') ?? [];
    if (ids?.[0] !== undefined) return ids[0];
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('who revokes', () => {
  it('asks nobody where nobody remembers anything', async () => {
    const node = openNode(0);
    node.begin();
    await node.settled();
    expect(node.said).toEqual([]);
  });

  it('waits for each node that may believe what it remembers, and is done with the last acknowledgement', async () => {
    const hourMs = 3_600_000;
    const node = openNode(20);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    node.begin();
    clock.mockReturnValue(2 * hourMs);
    for (const other of ['a', 'b']) node.hear(beat(other, hourMs)); // only what they say can end the waiting here
    let isSettled = false;
    const settled = node.settled().then(() => {
      isSettled = true;
    });
    const id = await lastAsk(node);
    node.hear({ from: 'a', topic: 'ack', ids: [id] });
    node.hear({ from: 'b', topic: 'ack', ids: ['another question'] });
    node.hear(beat('b', 3_600_000)); // that it lives does not mean that it has heard
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isSettled).toBe(false);
    node.hear({ from: 'b', topic: 'ack', ids: [id] });
    await settled;
    clock.mockRestore();
  });

  it('waits for the lease of one that does not answer, from when its last heartbeat was heard', async () => {
    const node = openNode(20);
    await listening(node, 20);
    node.hear(beat('silent', 100));
    expect(await took(node.settled())).toBeGreaterThanOrEqual(100);
    const again = openNode(0);
    again.begin();
    again.hear(beat('long gone', 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await again.settled();
  });

  it('waits a whole lease without a line, on a line that is dead, and when it has only begun to hear', async () => {
    const deaf = openNode(50, false);
    expect(await took(deaf.settled())).toBeGreaterThanOrEqual(50);
    const dead = openNode(50, false);
    await listening(dead, 50);
    expect(await took(dead.settled())).toBeGreaterThanOrEqual(50);
    const fresh = openNode(50);
    const begunAt = performance.now(); // the lease is counted from here
    fresh.begin();
    await fresh.settled();
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(50);
  });

  it('waits a whole lease when the line is lost meanwhile', async () => {
    const hourMs = 3_600_000;
    const node = openNode(hourMs);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    node.begin();
    clock.mockReturnValue(2 * hourMs);
    node.hear(beat('a', 20));
    let isSettled = false;
    const settled = node.settled().then(() => {
      isSettled = true;
    });
    await lastAsk(node);
    node.end();
    clock.mockReturnValue(2 * hourMs + 1_000); // past the lease of the one that was known: nobody can tell who else there is
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isSettled).toBe(false);
    clock.mockReturnValue(4 * hourMs);
    await settled;
    clock.mockRestore();
  });

  it('shares one question with others of the same turn, and asks again for one who comes later', async () => {
    const node = openNode(20);
    await listening(node, 20);
    await Promise.all([node.settled(), node.settled(), node.settled()]);
    expect(node.said).toHaveLength(1);
    await node.settled();
    expect(node.said).toHaveLength(2);
  });
});

it('what no node says neither ends the waiting nor makes it endless: it counts as the longest lease that there may be', async () => {
  const maxLeaseMs = 5_000;
  for (const said of ['x', '-1', '1e9', 'Infinity', undefined]) {
    const node = openNode(0);
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    node.begin();
    clock.mockReturnValue(60_000);
    node.hear({ from: 'a', topic: 'beat', ids: said === undefined ? [] : [said] });
    let isSettled = false;
    const settled = node.settled().then(() => {
      isSettled = true;
    });
    await lastAsk(node);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    clock.mockReturnValue(60_000 + maxLeaseMs * 1.05 + 1);
    node.hear({ from: 'self', topic: 'ask', ids: [await lastAsk(node)] }); // it takes stock once more
    await settled;
    expect(node.said).toHaveLength(1);
    clock.mockRestore();
  }
});

it('a node acknowledges what others ask, once for all of a turn, and not its own question', async () => {
  const node = openNode(1_000);
  node.begin();
  for (const id of ['1', '2']) node.hear({ from: 'other', topic: 'ask', ids: [id] });
  while (node.said.length === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(node.said).toEqual([['ack', ['1', '2']]]);
});
