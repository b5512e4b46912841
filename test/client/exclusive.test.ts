/** @own-modules because it moves the timers of a page */
import { type LockManager, withWebLock } from '../../packages/client/src/exclusive';

describe('A Web Lock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('is given on although another tab, which is frozen, announces a write that never arrives', async () => {
    const locks: LockManager = { request: (_name, work) => work(), query: async () => ({ held: [{ name: 'key written 2' }] }) };
    let hasWorked = false;
    const done = withWebLock(
      locks,
      'key',
      () => 1,
    )(async () => {
      hasWorked = true;
    });
    await jest.advanceTimersByTimeAsync(2_000);
    expect(hasWorked).toBe(false); // as long as a tab announces, it is waited for
    await jest.advanceTimersByTimeAsync(1_100);
    await done;
    expect(hasWorked).toBe(true);
  });

  it('is given on although what was written cannot be announced', async () => {
    const request: LockManager['request'] = (name, work) => (name === 'key' ? work() : new Promise(() => {}));
    let written = 0;
    const done = withWebLock(
      { request, query: async () => ({ held: [] }) },
      'key',
      () => written,
    )(async () => {
      written = 1;
    });
    await jest.advanceTimersByTimeAsync(3_100);
    await done;
    expect(written).toBe(1);
  });
});
