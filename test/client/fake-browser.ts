import type { KeyValueStorage, LockManager } from '../../packages/client/src/index';

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
  const held = new Set<string>();
  return {
    request: (name, work) => {
      const turn = (last.get(name) ?? Promise.resolve()).then(() => {
        held.add(name);
        return work().finally(() => held.delete(name));
      });
      last.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
}

/** A tab's own sight of the storage: what others write arrives late, as between the processes of a browser. */
export function lateStorage(shared: KeyValueStorage, lateMs: number): KeyValueStorage {
  const keys = new Map<string, string | null>();
  return {
    getItem: (key) => {
      const arrived = shared.getItem(key);
      if (!keys.has(key)) keys.set(key, arrived);
      if (arrived !== keys.get(key)) setTimeout(() => keys.set(key, arrived), lateMs);
      return keys.get(key) ?? null;
    },
    setItem: (key, value) => {
      keys.set(key, value);
      shared.setItem(key, value);
    },
    removeItem: (key) => {
      keys.set(key, null);
      shared.removeItem(key);
    },
  };
}
