import type { KeyValueStorage, LockManager } from '../../src/client/index';

/** `localStorage` as the tabs of one browser share it. */
export function sharedStorage(): KeyValueStorage & { readonly keys: () => string[] } {
  const entries = new Map<string, string>();
  return {
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
    keys: () => [...entries.keys()],
  };
}

/** `navigator.locks` of one browser: first come, first served, by name. */
export function sharedLocks(): LockManager {
  const last = new Map<string, Promise<unknown>>();
  return {
    request: (name, work) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(work);
      last.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
  };
}
