import { randomUUID } from 'node:crypto';
import { createJobsService, type Job, type Lease, leaseSeconds } from '../../src/jobs/jobs.service';
import { createLogger } from '../../src/log';
import { newPerson } from '../support/doors';
import { type House, onBothDatabases } from '../support/house';

/** A node of its own over the house's database. */
function node(house: House, ...jobs: Job[]) {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  const service = createJobsService({ database: house.app.services.database, clock: house.clock, logger }, jobs);
  return { ...service, lines };
}

/** A job that a test lets go on, step by step. */
function heldJob(name = randomUUID()) {
  let release = (): void => {};
  let begun = (): void => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let lease: Lease | undefined;
  const job: Job = {
    name,
    everySeconds: 600,
    run: async (given) => {
      lease = given;
      begun();
      await held;
    },
  };
  return { job, started, release: () => release(), renew: () => lease?.renew() };
}

onBothDatabases('jobs', (house) => {
  it('does a job when it is due, and again when its time has passed', async () => {
    const name = randomUUID();
    let runs = 0;
    const { runDue } = node(house(), {
      name,
      everySeconds: 600,
      run: async () => {
        runs += 1;
      },
    });
    expect(await runDue()).toEqual([name]);
    house().clock.advance(599);
    expect(await runDue()).toEqual([]);
    house().clock.advance(2);
    expect(await runDue()).toEqual([name]);
    expect(runs).toBe(2);
  });

  it('gives a job to one of eight nodes that look at the same time, at its first run and later', async () => {
    const name = randomUUID();
    let runs = 0;
    const run = async () => {
      runs += 1;
    };
    const nodes = Array.from({ length: 8 }, () => node(house(), { name, everySeconds: 60, run }));
    expect((await Promise.all(nodes.map(({ runDue }) => runDue()))).flat()).toEqual([name]);
    house().clock.advance(61);
    expect((await Promise.all(nodes.map(({ runDue }) => runDue()))).flat()).toEqual([name]);
    expect(runs).toBe(2);
  });

  it('gives the job of a node that died to another one, once the lease is over and not before', async () => {
    const held = heldJob();
    const dying = node(house(), held.job);
    const first = dying.runDue();
    await held.started;
    const other = node(house(), { ...held.job, run: async () => {} });
    house().clock.advance(leaseSeconds - 5);
    expect(await other.runDue()).toEqual([]);
    house().clock.advance(6);
    expect(await other.runDue()).toEqual([held.job.name]);
    expect(await held.renew()).toBe(false); // the one that was thought dead hears of it
    held.release();
    expect(await first).toEqual([]);
  });

  it('looks once more where it is asked while it looks: what has become due meanwhile is done', async () => {
    const held = heldJob();
    const early: Job = { name: randomUUID(), everySeconds: 600, run: async () => {} };
    const { runDue } = node(house(), early, held.job);
    const first = runDue();
    await held.started;
    house().clock.advance(leaseSeconds - 5); // the lease of the held one goes on
    const [second, third] = [runDue(), runDue()];
    house().clock.advance(600);
    held.release();
    expect(await first).toEqual([early.name, held.job.name]);
    expect(await second).toEqual([early.name]);
    expect(await third).toEqual([early.name]); // one look for everybody who has asked
  });

  it('looks one look at a time, also for whoever asks between two of them', async () => {
    const job: Job = { name: randomUUID(), everySeconds: 0, run: async () => {} };
    const { runDue } = node(house(), job);
    const first = runDue();
    const between = first.then(runDue);
    expect(await Promise.all([first, runDue(), between])).toEqual([[job.name], [job.name], [job.name]]);
  });

  it('keeps a job as long as its holder asks for more time', async () => {
    const held = heldJob();
    const first = node(house(), held.job).runDue();
    await held.started;
    house().clock.advance(leaseSeconds - 5);
    expect(await held.renew()).toBe(true);
    house().clock.advance(leaseSeconds - 5);
    expect(await node(house(), held.job).runDue()).toEqual([]);
    held.release();
    expect(await first).toEqual([held.job.name]);
  });

  it('tries a job that failed again when its lease is over, and logs what failed without its message', async () => {
    const name = randomUUID();
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs === 1) throw Object.assign(new Error('row of kate@example.com'), { code: 'P2000' });
    };
    const { runDue, lines } = node(house(), { name, everySeconds: 3_600, run });
    expect(await runDue()).toEqual([]);
    expect(lines.join('')).toContain('a job failed');
    expect(lines.join('')).not.toContain('kate');
    expect(await runDue()).toEqual([]);
    house().clock.advance(leaseSeconds + 1);
    expect(await runDue()).toEqual([name]);
  });

  it('leaves a job that it stops half way due, and begins none after close', async () => {
    const held = heldJob();
    const stopping = node(house(), held.job, heldJob().job);
    const first = stopping.runDue();
    await held.started;
    const closed = stopping.close();
    expect(await held.renew()).toBe(false);
    held.release();
    await closed;
    expect(await first).toEqual([]);
    expect(await node(house(), { ...held.job, run: async () => {} }).runDue()).toEqual([held.job.name]);
  });

  it('runs with the gateway', async () => {
    await newPerson(house());
    house().clock.advance(24 * 3_600);
    expect(await house().app.services.jobs.runDue()).toEqual(expect.arrayContaining(['purge-attempts', 'purge-sessions', 'purge-audit']));
  });
});
