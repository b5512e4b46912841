import { createListeners, type Notices } from '../../src/database/invalidation-bus';
import { rememberSessions } from '../../src/database/postgresql/session-cache';
import type { SessionWithUserRow } from '../../src/database/queries/session.rows';

const found = {
  row: { id: 'session', revokedAt: null, generation: 1 },
  user: { id: 'user', generation: 1, disabledAt: null },
} as SessionWithUserRow;

/** A node that hears as the test says, and how often it has asked the database. */
function openMemory() {
  const listeners = createListeners();
  let heardUntil = Number.NEGATIVE_INFINITY;
  let reads = 0;
  let whileReading = (): void => {};
  const read = rememberSessions(
    async () => {
      reads += 1;
      whileReading();
      return { sessions: [found], areKeysUsable: true };
    },
    { ...listeners, heardUntil: () => heardUntil } as unknown as Notices,
    1_000,
  );
  return {
    ask: async () => {
      await read(['session'], ['key']);
      return reads;
    },
    /** Something comes in between a question and its answer, once. */
    duringNextRead: (tell: (told: typeof listeners) => void) => {
      whileReading = () => {
        whileReading = () => {};
        tell(listeners);
      };
    },
    /** A heartbeat is back: of now, by a clock that may have stood still, and of `sentMsAgo` by the time of day. */
    hear: (sentMsAgo: number) => {
      heardUntil = performance.now();
      listeners.tellBeat(Date.now() - sentMsAgo);
    },
  };
}

describe('what a node remembers of sessions', () => {
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockReturnValue(1_000_000); // a slow machine takes no lease away
    jest.spyOn(Date, 'now').mockReturnValue(1_790_000_000_000);
  });
  afterEach(() => jest.restoreAllMocks());

  it('is used while its lease lasts', async () => {
    const { ask, hear } = openMemory();
    expect([await ask(), await ask()]).toEqual([1, 2]);
    hear(0);
    expect([await ask(), await ask()]).toEqual([3, 3]);
  });

  it('is read again when the lease is over', async () => {
    const { ask, hear } = openMemory();
    hear(0);
    expect(await ask()).toBe(1);
    jest.spyOn(performance, 'now').mockReturnValue(1_000_999);
    expect(await ask()).toBe(1);
    jest.spyOn(performance, 'now').mockReturnValue(1_001_000);
    expect(await ask()).toBe(2);
  });

  it('is read again after five seconds: what is written by hand is told to nobody', async () => {
    const { ask, hear } = openMemory();
    hear(0);
    await ask();
    for (const [now, reads] of [
      [1_005_000, 1],
      [1_005_001, 2],
    ] as const) {
      jest.spyOn(performance, 'now').mockReturnValue(now);
      hear(0);
      expect(await ask()).toBe(reads);
    }
  });

  it('is not used when the machine stood still while the heartbeat was under way', async () => {
    const { ask, hear } = openMemory();
    hear(0);
    expect([await ask(), await ask()]).toEqual([1, 1]);
    hear(3_600_000);
    expect([await ask(), await ask()]).toEqual([2, 3]);
  });

  it.each([
    ['about the session', ({ tell }: Told) => tell({ from: 'other', topic: 'sessions', ids: ['session'] })],
    ['about the user', ({ tell }: Told) => tell({ from: 'other', topic: 'user', ids: ['user'] })],
    ['about somebody else', ({ tell }: Told) => tell({ from: 'other', topic: 'user', ids: ['other'] })],
    ['that some may have been missed', ({ tellGap }: Told) => tellGap()],
  ] as const)('what is read while a notice comes in is used and not remembered: one %s', async (_what, tell) => {
    const { ask, hear, duringNextRead } = openMemory();
    hear(0);
    duringNextRead(tell);
    expect([await ask(), await ask(), await ask()]).toEqual([1, 2, 2]);
  });
});

type Told = ReturnType<typeof createListeners>;
