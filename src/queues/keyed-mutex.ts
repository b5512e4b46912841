/** A mutex for each key, in this process: work over different keys runs at once. */
export interface KeyedMutex {
  /** Runs `work` once all work before it over any of `keys` has finished. */
  readonly runExclusive: <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;
}

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>();
  return {
    runExclusive: async (keys, work) => {
      // All keys are taken in one step, so that two can never wait for each other.
      const before = Promise.allSettled(keys.map((key) => last.get(key)));
      const running = before.then(work);
      for (const key of keys) last.set(key, running);
      try {
        return await running;
      } finally {
        for (const key of keys) if (last.get(key) === running) last.delete(key);
      }
    },
  };
}
