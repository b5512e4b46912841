import type { Effects } from '../effects';

/** A try that is under way. Each ends in one of the three, once; see {@link releasingUnlessJudged}. */
export interface Reservation {
  /** Tells the client of the tightest limit. */
  readonly effects: Effects;
  /**
   * It was wrong, or costs a try in any case: it counts, and the audit is told of each limit that it has reached.
   * @returns how many count in each bucket now. @throws {Failure} UNAVAILABLE
   */
  readonly count: () => Promise<readonly number[]>;
  /** It was right: it counts nowhere, and the limits that a right try empties are empty again. @throws {Failure} UNAVAILABLE */
  readonly forgive: () => Promise<void>;
  /** It was never judged: it counts nowhere. @throws {Failure} UNAVAILABLE */
  readonly release: () => Promise<void>;
}

/**
 * A try that could not be judged is none: a storm of others, an outage, or a client that went away must not use up what somebody may
 * try. Whatever `judge` throws, the try is released; what it finds out is in what it gives back.
 */
export async function releasingUnlessJudged<T>(reservation: Reservation, judge: () => Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    await reservation.release().catch(() => {}); // it runs out by itself
    throw error;
  }
}
