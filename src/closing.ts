/** Closes what was opened, last to first and once. */
export interface Closing {
  /** Gives back `resource`, and remembers how to close it. */
  readonly push: <T>(resource: T, close: (resource: T) => Promise<unknown>) => T;
  /** The second call waits for the first. Everything is tried; the first error comes out at the end. */
  readonly run: () => Promise<void>;
}

export function createClosing(): Closing {
  const steps: (() => Promise<unknown>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const step of steps.reverse()) await step().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  };
  return {
    push: (resource, close) => {
      steps.push(() => close(resource));
      return resource;
    },
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
