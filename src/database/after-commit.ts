/** What has to wait for a commit: to look for what the transaction has written, say. */
export interface AfterCommit {
  /** Calls back once the transaction whose work was given `inside` is committed, and never when it is rolled back. */
  readonly afterCommit: (inside: object, call: () => void) => void;
  /** Runs a transaction, and then what waits for it. */
  readonly thenCalling: <Inside extends object, T>(
    run: (work: (inside: Inside) => Promise<T>) => Promise<T>,
    work: (inside: Inside) => Promise<T>,
  ) => Promise<T>;
}

export function createAfterCommit(): AfterCommit {
  const waiting = new WeakMap<object, (() => void)[]>();
  return {
    afterCommit: (inside, call) => void waiting.set(inside, [...(waiting.get(inside) ?? []), call]),
    thenCalling: async (run, work) => {
      let given: object = {};
      const result = await run((inside) => {
        given = inside;
        return work(inside);
      });
      for (const call of waiting.get(given) ?? []) call();
      return result;
    },
  };
}
