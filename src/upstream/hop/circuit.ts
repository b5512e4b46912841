/** Stops asking a service that cannot be reached, so that its clients are told at once. */
export interface Circuit {
  /** Whether a request may be tried now. While it is open one a second may. */
  readonly mayTry: () => boolean;
  readonly succeeded: () => void;
  readonly failed: () => void;
  /** Whether the last answer is that it cannot be reached. */
  readonly isOpen: () => boolean;
}

const failuresUntilOpen = 20;
const openForMs = 1_000;

export function createCircuit(now: () => number = () => performance.now()): Circuit {
  let failures = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  return {
    mayTry: () => {
      if (failures < failuresUntilOpen) return true;
      if (now() - triedAt < openForMs) return false;
      triedAt = now();
      return true;
    },
    succeeded: () => {
      failures = 0;
    },
    failed: () => {
      failures += 1;
      triedAt = now();
    },
    isOpen: () => failures >= failuresUntilOpen,
  };
}
