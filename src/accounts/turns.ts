/** Lets those who want the same thing in this process wait for each other, and nobody else. */
export interface Turns {
  /** Runs `work` once everybody before has finished with any of `keys`. */
  readonly take: <T>(keys: readonly string[], work: () => Promise<T>) => Promise<T>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: async (keys, work) => {
      // All keys are taken in one step, so that two can never wait for each other.
      const before = Promise.allSettled(keys.map((key) => last.get(key)));
      const turn = before.then(work);
      for (const key of keys) last.set(key, turn);
      try {
        return await turn;
      } finally {
        for (const key of keys) if (last.get(key) === turn) last.delete(key);
      }
    },
  };
}
