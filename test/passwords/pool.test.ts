/** @own-modules because it moves their timers */
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { hashSync } from 'bcryptjs';
import { createHashingPool, type HashingPool } from '../../src/passwords/hashing.pool';
import { itWhere } from '../support/where';

const hash = hashSync('garden', 4);
const quick = { kind: 'compare', input: 'garden', hash } as const;
const work = { kind: 'hash', input: 'garden', recipe: { algorithm: 'bcrypt', cost: 4 } } as const;
/** A quarter of a minute and more: it is there until it is ended. */
const endless = { kind: 'hash', input: 'garden', recipe: { algorithm: 'bcrypt', cost: 18 } } as const;
const unavailable = { code: 'UNAVAILABLE', details: { retryAfterSeconds: 1 } };

const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'defect',
  );

describe('the hashing threads', () => {
  let pool: HashingPool;
  /** Every thread that was started meanwhile. */
  let started: Worker[];
  const open = (threads: number) => {
    pool = createHashingPool(threads);
  };
  beforeEach(() => {
    started = [];
    const { on } = Worker.prototype;
    jest.spyOn(Worker.prototype, 'on').mockImplementation(function (this: Worker, ...args: Parameters<Worker['on']>) {
      if (!started.includes(this)) started.push(this);
      return on.apply(this, args);
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await pool.close();
  });

  it('hash and compare, and count what they did', async () => {
    open(2);
    expect(await pool.run(quick, ['a'])).toBe(true);
    expect(await pool.run({ ...quick, input: 'gate' }, ['a'])).toBe(false);
    expect(await pool.run(work, ['a'])).toMatch(/^\$2b\$04\$/);
    expect(pool.statistics()).toEqual({ queued: 0, running: 0, completed: 3, work: 3 * 2 ** 4, refused: 0 });
  });

  it('report a hash that bcrypt cannot read as a defect that quotes nothing, and go on', async () => {
    open(1);
    await expect(pool.run({ kind: 'compare', input: 'garden', hash: 'x'.repeat(60) }, ['a'])).rejects.toThrow(/^hashing failed: \w+$/);
    expect(await pool.run(quick, ['a'])).toBe(true);
  });

  it('start as many as they may, and no more', async () => {
    open(2);
    await Promise.all(Array.from({ length: 8 }, () => pool.run(quick, ['a'])));
    expect(started).toHaveLength(2);
  });

  it('queue eight jobs a thread, and refuse the next at once', async () => {
    open(1);
    const jobs = Array.from({ length: 10 }, () => outcome(pool.run(work, ['a'])));
    expect(pool.statistics()).toMatchObject({ queued: 8, running: 1, refused: 1 });
    expect(await jobs[9]).toBe('UNAVAILABLE');
    expect(await Promise.all(jobs.slice(0, 9))).toEqual(Array(9).fill('done'));
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 0, completed: 9, refused: 1 });
  });

  it('let client prefixes take turns, so that a newcomer waits for one job and not for eight', async () => {
    open(1);
    const order: string[] = [];
    const run = (prefix: string) => pool.run(work, [prefix]).then(() => order.push(prefix));
    await Promise.all([...Array.from({ length: 6 }, () => run('flood')), run('kate'), run('bob')]);
    expect(order.slice(0, 4)).toEqual(['flood', 'flood', 'kate', 'bob']);
  });

  it('make room for another prefix in a full queue by refusing the newest job of the longest line', async () => {
    open(1);
    const flood = Array.from({ length: 9 }, () => outcome(pool.run(work, ['flood'])));
    const kate = outcome(pool.run(work, ['kate']));
    expect(await flood[8]).toBe('UNAVAILABLE');
    expect(await kate).toBe('done');
    expect(await Promise.all(flood.slice(0, 8))).toEqual(Array(8).fill('done'));
  });

  it('do not begin what nobody waits for any more, and give its place to the next', async () => {
    open(1);
    let isGone = false;
    const first = outcome(pool.run(work, ['a']));
    const left = Array.from({ length: 8 }, () => outcome(pool.run(work, ['a'], () => isGone)));
    isGone = true;
    const next = outcome(pool.run(work, ['a'])); // the queue was full
    expect(pool.statistics()).toMatchObject({ queued: 1, running: 1, refused: 0 });
    expect(await Promise.all([first, ...left, next])).toEqual(['done', ...Array(8).fill('UNAVAILABLE'), 'done']);
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 0, completed: 2, refused: 0 });
  });

  it('pass over what nobody waits for any more when its turn comes', async () => {
    open(1);
    let isGone = false;
    const jobs = [pool.run(work, ['a']), pool.run(work, ['a'], () => isGone), pool.run(work, ['a'])].map(outcome);
    isGone = true;
    expect(await Promise.all(jobs)).toEqual(['done', 'UNAVAILABLE', 'done']);
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 0, completed: 2, refused: 0 });
  });

  it('tell beforehand that there is no room, by the rule of the queue', async () => {
    open(1);
    const jobs = Array.from({ length: 8 }, () => outcome(pool.run(work, ['flood'])));
    pool.requireRoom(['flood']);
    jobs.push(outcome(pool.run(work, ['flood'])));
    expect(() => pool.requireRoom(['flood'])).toThrow(expect.objectContaining(unavailable));
    pool.requireRoom(['kate']); // the flood would give way
    expect(pool.statistics()).toMatchObject({ queued: 8, running: 1, refused: 1 });
    expect(await Promise.all(jobs)).toEqual(Array(9).fill('done'));
    pool.requireRoom(['flood']);
    await pool.close();
    expect(() => pool.requireRoom(['kate'])).toThrow(expect.objectContaining(unavailable));
  });

  it('refuse a job that has waited too long, with the time to try again', async () => {
    open(1);
    const blocked = outcome(pool.run(endless, ['a']));
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    try {
      const waiting = pool.run(quick, ['b']);
      const refusal = expect(waiting).rejects.toMatchObject(unavailable);
      jest.advanceTimersByTime(1_999);
      expect(pool.statistics()).toMatchObject({ queued: 1, running: 1, refused: 0 });
      jest.advanceTimersByTime(1);
      await refusal;
      expect(pool.statistics()).toMatchObject({ queued: 0, running: 1, refused: 1 });
    } finally {
      jest.useRealTimers();
    }
    await pool.close();
    expect(await blocked).toBe('UNAVAILABLE');
  });

  it('replace a thread that dies; its job alone fails, once', async () => {
    open(1);
    const [first, second] = [pool.run(endless, ['a']), pool.run(quick, ['a'])];
    const refusal = expect(first).rejects.toMatchObject(unavailable);
    await started[0]?.terminate();
    await refusal;
    expect(await second).toBe(true);
    expect(started).toHaveLength(2);
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 0, completed: 1, refused: 1 });
  });

  it('replace an idle thread that dies', async () => {
    open(1);
    await pool.run(quick, ['a']);
    await started[0]?.terminate();
    expect(await pool.run(quick, ['a'])).toBe(true);
    expect(started).toHaveLength(2);
  });

  it('end with what they do when the pool closes, and take no more', async () => {
    open(1);
    const jobs = [pool.run(endless, ['a']), pool.run(quick, ['a'])].map(outcome);
    await pool.close();
    expect(await Promise.all(jobs)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(await outcome(pool.run(quick, ['a']))).toBe('UNAVAILABLE');
    expect(pool.statistics()).toMatchObject({ queued: 0, running: 0 });
  });

  itWhere(process.platform === 'linux', 'threads have priorities of their own on Linux alone')(
    'have a lower priority than the thread that answers requests',
    async () => {
      open(1);
      const niceOf = (thread: string) => {
        const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]); // proc(5), field 19
      };
      const before = niceOf(String(process.pid));
      await pool.run(quick, ['a']);
      expect(niceOf(String(process.pid))).toBe(before);
      const lowest = Math.max(constants.priority.PRIORITY_BELOW_NORMAL, before); // whoever runs the tests may be lower already
      expect(Math.max(...readdirSync('/proc/self/task').map(niceOf))).toBe(lowest);
    },
  );
});
