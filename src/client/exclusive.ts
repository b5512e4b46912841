/** Runs one piece of work at a time among all who know the same name. */
export type Exclusively = <T>(work: () => Promise<T>) => Promise<T>;

/** The part of `navigator.locks` (W3C Web Locks API) that is used here. */
export interface LockManager {
  readonly request: <T>(name: string, work: () => Promise<T>) => Promise<T>;
}

/** The part of `localStorage` that is used here. */
export interface KeyValueStorage {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
  readonly removeItem: (key: string) => void;
}

/** Among all tabs of an origin: the browser gives the lock on when its tab closes or crashes. */
export const withWebLock =
  (locks: LockManager, name: string): Exclusively =>
  (work) =>
    locks.request(name, work);

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
