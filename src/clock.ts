/** Where time comes from: the system's clock, or a test's own. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now()`. */
  readonly now: () => number;
}

export const systemClock: Clock = { now: () => Date.now() };

export const secondsAfter = (milliseconds: number, seconds: number): Date => new Date(milliseconds + seconds * 1000);
