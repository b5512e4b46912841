import { createFairQueue, type FairQueue, type Line } from '../src/queues/fair-queue';

const never = (): boolean => false;

describe('the fair queue', () => {
  let queue: FairQueue;
  let order: string[];
  /** Ends the work that is under way, the first first. */
  let ends: (() => void)[];
  const open = (width: number, capacity: number) => {
    queue = createFairQueue({ name: 'LIMITS', width, capacity, maxWaitMs: 60_000 });
    [order, ends] = [[], []];
  };
  const run = (name: string, line: Line): Promise<string> =>
    queue
      .run(line, never, () => {
        order.push(name);
        return new Promise<void>((resolve) => void ends.push(resolve));
      })
      .then(
        () => 'done',
        ({ code }: { code: string }) => code,
      );
  const endAll = async () => {
    for (let end = ends.shift(); end; end = ends.shift()) {
      end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  afterEach(() => queue.close());

  it('lets sites take turns, and within a site its networks', async () => {
    open(1, 20);
    void run('first', ['site', 'site:0']);
    for (let number = 1; number < 6; number += 1) void run(`flood ${number}`, ['site', `site:${number}`]); // one site, a network each
    void run('flood again', ['site', 'site:1']);
    void run('kate', ['elsewhere', 'elsewhere:1']);
    await endAll();
    expect(order.slice(0, 3)).toEqual(['first', 'flood 1', 'kate']);
    expect(order.at(-1)).toBe('flood again');
  });

  it('makes room in a full queue by refusing the newest of the site that has most in it, whatever its networks', async () => {
    open(1, 4);
    const flood = Array.from({ length: 5 }, (_, number) => run(`flood ${number}`, ['site', `site:${number}`]));
    const kate = run('kate', ['elsewhere', 'elsewhere:1']);
    expect(await flood[4]).toBe('UNAVAILABLE');
    expect(await run('one more', ['site', 'site:9'])).toBe('UNAVAILABLE');
    await endAll();
    expect(await kate).toBe('done');
  });

  it('makes room within a site for another network of it', async () => {
    open(1, 4);
    const flood = Array.from({ length: 5 }, (_, number) => run(`flood ${number}`, ['site', 'site:1']));
    const neighbour = run('neighbour', ['site', 'site:2']);
    expect(await flood[4]).toBe('UNAVAILABLE');
    await endAll();
    expect([await neighbour, order[2]]).toEqual(['done', 'neighbour']);
  });

  it('goes on after work that failed', async () => {
    open(1, 4);
    const failing = queue.run(['a'], never, () => Promise.reject(new Error('a defect')));
    await expect(failing).rejects.toThrow('a defect');
    const next = run('next', ['a']);
    await endAll();
    expect([await next, queue.statistics()]).toEqual(['done', { queued: 0, running: 0, refused: 0 }]);
  });
});
