import { unavailable } from '../errors';
import type { Requester } from '../requester';

/**
 * Whoever cannot be served is told so before 2 s are over, whatever it is that does not answer; the rest is for the way
 * there and back. Each statement has a bound of its own (database.ts), but an operation has several. Waiting for a
 * hash and making it come on top: they have bounds too, and `AUTH_BCRYPT_COST` may be worth more than a second.
 */
export const answerWithinMs = 1_900;

/**
 * What is still under way then goes on and ends by itself, in one transaction or not at all, and its answer is lost, as
 * on a broken line. @throws {Failure} UNAVAILABLE
 */
export function inTime<T>({ notes }: Requester, work: Promise<T>): Promise<T> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const now = performance.now();
      const hashing = (notes.hashedMs ?? 0) + (notes.hashingSince === undefined ? 0 : now - notes.hashingSince);
      const leftMs = answerWithinMs - (now - begun - hashing);
      if (leftMs < 1) {
        notes.isAnswered = true; // what was not begun need not be
        reject(unavailable('ANSWER_TIMEOUT'));
      } else timer = setTimeout(look, Math.max(leftMs, leastPauseMs));
    };
    let timer = setTimeout(look, answerWithinMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** While a hash is made there may be nothing left of the rest. */
const leastPauseMs = 25;
