import { unavailable } from './errors';

/**
 * Whoever cannot be served is told so before 2 s are over, whatever it is that does not answer; the rest is for the way
 * there and back. Each statement has a bound of its own (database.ts), but an operation has several. Waiting for a
 * hash and making it come on top: they have bounds too, and `AUTH_BCRYPT_COST` may be worth more than a second. So does asking
 * another provider who somebody is, which has a bound of 5 s.
 */
export const answerWithinMs = 1_900;

/** While a hash is made, or a provider is asked, there may be nothing left of the rest. */
const leastPauseMs = 25;

/** The time that one request may take. */
export class Deadline {
  private waitedMs = 0;
  /** By performance.now(): since when a hash or a provider is waited for. */
  private waitingSince: number | null = null;
  private passed = false;

  /** Whether the request was answered at its deadline, while its work was still under way: what has not begun need not. */
  get isPassed(): boolean {
    return this.passed;
  }

  /** The time that `work` takes does not count: it waits for a hash or for another provider, which is no outage of ours. */
  async whileWaiting<T>(work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    this.waitingSince = since;
    try {
      return await work();
    } finally {
      this.waitedMs += performance.now() - since;
      this.waitingSince = null;
    }
  }

  /**
   * Waits for `work` until the deadline. What is still under way then goes on and ends by itself, in one transaction or not at all, and its
   * answer is lost, as on a broken line. @throws {Failure} UNAVAILABLE
   */
  limit<T>(work: Promise<T>): Promise<T> {
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const now = performance.now();
        const waiting = this.waitedMs + (this.waitingSince === null ? 0 : now - this.waitingSince);
        const leftMs = answerWithinMs - (now - begun - waiting);
        if (leftMs < 1) {
          this.passed = true;
          reject(unavailable('ANSWER_TIMEOUT'));
        } else timer = setTimeout(look, Math.max(leftMs, leastPauseMs));
      };
      let timer = setTimeout(look, answerWithinMs);
      work.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
