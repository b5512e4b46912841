/** Runs one piece of work at a time among all who know the same name. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/** The part of `navigator.locks` (W3C Web Locks API) that is used here. */
export interface LockManager {
  readonly request: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Which locks are held, in every tab of the origin. */
  readonly query: () => Promise<{ readonly held?: readonly { readonly name?: string }[] }>;
}

/** The part of `localStorage` that is used here. */
export interface KeyValueStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
  readonly removeItem: (key: string) => void;
}

/** How long a tab shows what it wrote, and the next one waits for it at most, in milliseconds. */
const announcedMs = 3000;

/**
 * Among all tabs of an origin: the browser gives the lock on when its tab closes or crashes.
 *
 * The lock may reach the next tab before what was written under it does: browsers carry the two on different ways, and
 * promise no order between them. So a tab that wrote holds a second lock for a while, whose name has the number of the
 * write, and the next one reads on until that has come. Locks are the browser's own, and every tab sees them alike.
 *
 * @param written the number of the last write that this tab sees; later ones are greater
 */
export function withWebLock(locks: LockManager, name: string, written: () => number): Exclusively {
  const prefix = `${name} written `;

  const announced = async (): Promise<number> => {
    const { held = [] } = await locks.query();
    return Math.max(0, ...held.map((lock) => (lock.name?.startsWith(prefix) ? Number(lock.name.slice(prefix.length)) : 0)));
  };

  /** Waits until the last write of another tab is seen here, and no longer than it is announced: a frozen tab would never end that. */
  const arrival = async (): Promise<void> => {
    const endsAt = performance.now() + announcedMs;
    while (written() < (await announced()) && performance.now() < endsAt) await pause(10);
  };

  /** Gives back once the second lock is held, or could be no news any more; it is let go later. */
  const announce = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, announcedMs);
      void locks.request(prefix + written(), () => {
        resolve();
        return pause(announcedMs);
      });
    });

  return (work) =>
    locks.request(name, async () => {
      await arrival();
      const before = written();
      try {
        return await work();
      } finally {
        if (written() !== before) await announce();
      }
    });
}

/** A holder that has vanished blocks the others for so long, in milliseconds: longer than a refresh may take. */
const leaseMs = 20_000;
/** Long enough for a rival's write to be seen by every tab. */
const settleMs = 30;
const pollMs = 50;

/**
 * For browsers without Web Locks (those before 2022, and pages served over plain http): a lease in the storage that
 * the tabs share. Whoever still finds its own mark after a pause holds it. Storage promises no order between tabs, so
 * two may rarely hold it at once; the gateway then answers both with the same successor (AUTH_REFRESH_GRACE_SECONDS),
 * and nobody is signed out.
 */
export function withLease(storage: KeyValueStorage, key: string, now: () => number = Date.now): Exclusively {
  const owner = `${now()}-${Math.random()}`; // no secret: it only tells tabs apart
  let last: Promise<unknown> = Promise.resolve(); // within this tab one after the other

  const isFree = (): boolean => {
    const [, until] = (storage.getItem(key) ?? '').split(' ');
    const end = Number(until ?? 0);
    return !(end > now() && end <= now() + leaseMs); // an end further away was written by a clock that has been set back
  };

  const acquire = async (): Promise<string> => {
    for (;;) {
      if (isFree()) {
        const mark = `${owner} ${now() + leaseMs}`;
        storage.setItem(key, mark);
        await pause(settleMs * (1 + Math.random()));
        if (storage.getItem(key) === mark) return mark;
      }
      await pause(pollMs * (0.5 + Math.random()));
    }
  };

  return (work) => {
    const turn = last.then(async () => {
      const mark = await acquire();
      try {
        return await work();
      } finally {
        if (storage.getItem(key) === mark) storage.removeItem(key);
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
