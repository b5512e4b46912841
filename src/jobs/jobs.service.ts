import { randomUUID } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import { type Database, isUniqueViolation } from '../database/database';
import { Failure } from '../errors';
import { describeDefect, type Logger } from '../log';

/** Work that is to be done now and then, by one node at a time. It must bear to be begun again after half of it. */
export interface Job {
  /** Its row in the database: the same on every node. */
  readonly name: string;
  /** From the end of one run to the beginning of the next. */
  readonly everySeconds: number;
  readonly run: (lease: Lease) => Promise<void>;
}

/** The right to do a job now. A job that may take longer than {@link leaseSeconds} asks for more between its steps. */
export interface Lease {
  /** Whether the job may go on, for another {@link leaseSeconds}: not once it was lost, nor while the node stops. */
  readonly renew: () => Promise<boolean>;
}

export interface JobsService {
  /**
   * Does what is due now and nobody else is doing, one after the other; where a look is under way, in one more after it.
   * @returns the names of what was done here
   */
  readonly runDue: () => Promise<readonly string[]>;
  /** Looks from now on by itself, every {@link lookEverySeconds}. Only the gateway does: a command of the command line does not. */
  readonly start: () => void;
  /** Waits for the step in hand, and begins no other. */
  readonly close: () => Promise<void>;
}

/** A node that dies with a job is followed by another one after this time. Node clocks may differ by less than that. */
export const leaseSeconds = 60;
export const lookEverySeconds = 30;

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Jobs of which one node at a time does each: a row a job says who has it and until when, and one conditional
 * statement takes it. A job that failed, or whose node died, is taken again by any node once its lease is over.
 */
export function createJobsService({ database, clock, logger }: Dependencies, jobs: readonly Job[]): JobsService {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const leases = createJobLeases(database, clock);

  const runOne = async (job: Job): Promise<boolean> => {
    try {
      if (!(await leases.take(job))) return false;
      let finished = true;
      await job.run({
        renew: async () => {
          finished = !closed && (await leases.renew(job.name));
          return finished;
        },
      });
      await leases.end(job.name, finished);
      return finished;
    } catch (error) {
      // There is no caller to tell. The lease runs out, and somebody tries again.
      if (error instanceof Failure && error.code === 'UNAVAILABLE') logger.warn({ job: job.name }, 'a job has to wait for the database');
      else logger.error({ job: job.name, defect: describeDefect(error) }, 'a job failed');
      return false;
    }
  };

  const runAll = async (): Promise<readonly string[]> => {
    const done: string[] = [];
    for (const job of jobs) if (!closed && (await runOne(job))) done.push(job.name);
    return done;
  };

  const { run: runDue, ended } = oneAtATime(runAll);

  return {
    runDue,
    start: () => {
      timer = setInterval(() => void runDue(), lookEverySeconds * 1000).unref();
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      await ended();
    },
  };
}

/** Who has a job, by its row. */
function createJobLeases(database: Database, clock: Clock) {
  const node = randomUUID();
  const rows = database.client.job;

  const leaseEnd = (): Date => secondsAfter(clock.now(), leaseSeconds);

  const take = async ({ name, everySeconds }: Job): Promise<boolean> => {
    const now = new Date(clock.now());
    const isDue = { OR: [{ finishedAt: null }, { finishedAt: { lte: secondsAfter(now.getTime(), -everySeconds) } }] };
    const { count } = await rows.updateMany({
      where: { name, leaseUntil: { lte: now }, ...isDue },
      data: { holder: node, leaseUntil: leaseEnd() },
    });
    if (count === 1) return true;
    if ((await rows.findUnique({ where: { name }, select: { name: true } })) !== null) return false;
    return makeRow(name);
  };

  /** The first node ever to look. The primary key lets one of several win. */
  const makeRow = async (name: string): Promise<boolean> => {
    try {
      await rows.create({ data: { name, holder: node, leaseUntil: leaseEnd() } });
      return true;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return false;
    }
  };

  const renew = async (name: string): Promise<boolean> => {
    const mine = { name, holder: node, leaseUntil: { gt: new Date(clock.now()) } };
    const { count } = await rows.updateMany({ where: mine, data: { leaseUntil: leaseEnd() } });
    return count === 1;
  };

  /** Stopped half way it stays due, here or on another node. */
  const end = async (name: string, finished: boolean): Promise<void> => {
    const now = new Date(clock.now());
    await rows.updateMany({ where: { name, holder: node }, data: { leaseUntil: now, ...(finished && { finishedAt: now }) } });
  };

  return { take, renew, end };
}

/** Whoever asks while it runs gets one run more, which begins after it: what he asks for may be too late for the one in hand. */
function oneAtATime<T>(work: () => Promise<T>): { readonly run: () => Promise<T>; readonly ended: () => Promise<unknown> } {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = (): Promise<T> => {
    next = undefined;
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    run: () => {
      if (next !== undefined) return next;
      if (running === undefined) return begin();
      next = running.then(begin, begin);
      return next;
    },
    ended: async () => running,
  };
}
