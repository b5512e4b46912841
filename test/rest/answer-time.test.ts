/** @own-modules because it moves their timers */

import { answerWithinMs, Deadline } from '../../src/deadline';

const never = new Promise<string>(() => {});

describe('an answer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** What has become of it: nothing yet, a value, or the code of a failure. */
  const watch = (answer: Promise<unknown>) => {
    const seen: { outcome: unknown } = { outcome: 'nothing yet' };
    answer.then(
      (value) => Object.assign(seen, { outcome: value }),
      ({ code }) => Object.assign(seen, { outcome: code }),
    );
    return seen;
  };

  it('is UNAVAILABLE before 2 s are over, whatever does not come back', async () => {
    expect(answerWithinMs).toBeLessThan(2_000);
    const seen = watch(new Deadline().limit(never));
    await jest.advanceTimersByTimeAsync(answerWithinMs - 1);
    expect(seen.outcome).toBe('nothing yet');
    await jest.advanceTimersByTimeAsync(1);
    expect(seen.outcome).toBe('UNAVAILABLE');
  });

  it('is the work’s own until then, and leaves no timer behind', async () => {
    await expect(new Deadline().limit(Promise.resolve('done'))).resolves.toBe('done');
    await expect(new Deadline().limit(Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('may come later by as long as its hashes took, and no more', async () => {
    const deadline = new Deadline();
    const work = async () => {
      await deadline.whileWaiting(() => new Promise((resolve) => void setTimeout(resolve, 3_000)));
      await never;
    };
    const seen = watch(deadline.limit(work()));
    await jest.advanceTimersByTimeAsync(3_000 + answerWithinMs - 1);
    expect(seen.outcome).toBe('nothing yet');
    await jest.advanceTimersByTimeAsync(30);
    expect(seen.outcome).toBe('UNAVAILABLE');
  });
});
