import type { Exclusively, LockManager } from './exclusive.js';
import type { TokenStore } from './token-store.js';

/** Runs whatever signs in, signs out or refreshes, one piece of work at a time. */
export type InTurn = <T>(work: () => Promise<T>, uses?: { readonly cookie: boolean }) => Promise<T>;

interface Dependencies {
  readonly store: TokenStore;
  /** `navigator.locks` of a page: its tabs share the refresh cookie, whatever their stores are. */
  readonly locks: LockManager | undefined;
  readonly endpoint: string;
  readonly lockWaitMs: number;
}

/** Clients of one store in one page take turns, also where the store has no lock. */
const queues = new WeakMap<TokenStore, Exclusively>();

/**
 * One turn for login, logout and refresh: within the page always, among tabs where the store or the browser has a lock. A lock is
 * waited for `lockWaitMs`: a tab that the browser has frozen would hold it for ever (supabase/supabase-js#1594).
 */
export function createTurns({ store, locks, endpoint, lockWaitMs }: Dependencies): InTurn {
  const queue = queues.get(store) ?? createQueue();
  queues.set(store, queue);
  const withoutLock: Exclusively = (work) => work();
  const inStore = store.exclusively ? waitingAtMost(store.exclusively, lockWaitMs) : withoutLock;
  const inBrowser = locks ? waitingAtMost((work) => locks.request(`gatehouse cookie of ${endpoint}`, work), lockWaitMs) : withoutLock;
  return (work, uses = { cookie: false }) =>
    queue(() =>
      inStore(async () => {
        const usesCookie = uses.cookie || (await store.read())?.refreshToken === null;
        return usesCookie ? inBrowser(work) : work();
      }),
    );
}

function createQueue(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}

/**
 * Waits for the lock so long, in milliseconds, and then works without it; at once where the lock was waited for in vain and has not
 * come since. Without it two tabs may refresh at once: the gateway answers both with the same successor, and neither writes over the other's tokens.
 */
export function waitingAtMost(exclusively: Exclusively, waitMs: number): Exclusively {
  let isStuck = false;
  return <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      let hasBegun = false;
      const begin = async (): Promise<void> => {
        if (hasBegun) return;
        hasBegun = true;
        clearTimeout(timer);
        await work().then(resolve, reject);
      };
      const goOn = (): void => {
        isStuck ||= !hasBegun;
        void begin();
      };
      const timer = setTimeout(goOn, isStuck ? 0 : waitMs);
      const granted = async (): Promise<void> => {
        isStuck = false;
        await begin();
      };
      exclusively(granted).catch(() => void begin()); // a page without an origin of its own is refused every lock
    });
}
