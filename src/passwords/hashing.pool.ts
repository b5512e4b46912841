import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unavailable } from '../errors';
import type { HashingResult, HashingTask } from './hashing.worker';

/**
 * Threads that hash, behind a bounded queue. bcryptjs blocks its thread, so it must not be the one that answers
 * requests; and a queue without a bound turns a storm of log-ins into an outage for everybody.
 *
 * Clients take turns by network prefix, and when the queue is full the prefix that has most in it gives way: a
 * lone client may use every thread, and a flood from one network cannot keep another one out.
 */
export interface HashingPool {
  /**
   * `isGone`: nobody waits for it any more. Then it is not begun: who asks again must not stand behind what he has given up.
   * @throws {Failure} UNAVAILABLE when the queue is full, the job waited too long, or its thread died.
   */
  readonly run: (task: HashingTask, clientPrefix: string, isGone?: () => boolean) => Promise<string | boolean>;
  /**
   * Before anything is read or counted: in a storm, most is refused, and that must cost next to nothing.
   * @throws {Failure} UNAVAILABLE when there is no place for a job of this prefix now
   */
  readonly requireRoom: (clientPrefix: string) => void;
  readonly statistics: () => HashingStatistics;
  readonly close: () => Promise<void>;
}

export interface HashingStatistics {
  readonly queued: number;
  readonly running: number;
  /** Hashes made and compared since the start: the proof that every refused login did the same work. */
  readonly completed: number;
  /** Jobs that were answered with UNAVAILABLE. */
  readonly refused: number;
}

const queuedPerThread = 8;
const maxWaitMs = 2_000;

interface Job {
  readonly task: HashingTask;
  readonly clientPrefix: string;
  readonly isGone: () => boolean;
  readonly resolve: (value: string | boolean) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export function createHashingPool(threads: number = availableParallelism()): HashingPool {
  const idle: Worker[] = [];
  const running = new Map<Worker, Job>();
  const queue = new FairQueue();
  const capacity = threads * queuedPerThread;
  let closed = false;
  let completed = 0;
  let refused = 0;

  const refuse = (job: Job): void => {
    clearTimeout(job.timer);
    refused += 1;
    job.reject(unavailable());
  };

  /** Nobody is told, so it is no refusal. */
  const drop = (job: Job): void => {
    clearTimeout(job.timer);
    job.reject(unavailable());
  };

  const hasRoom = (clientPrefix: string): boolean => {
    if (queue.size >= capacity) queue.removeGone().forEach(drop);
    return !closed && queue.hasRoom(clientPrefix, capacity);
  };

  const run: HashingPool['run'] = (task, clientPrefix, isGone = () => false) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => queue.remove(job) && refuse(job), maxWaitMs);
      const job: Job = { task, clientPrefix, isGone, resolve, reject, timer };
      const outcast = hasRoom(clientPrefix) ? queue.add(job, capacity) : job;
      if (outcast) refuse(outcast);
      dispatch();
    });

  const requireRoom: HashingPool['requireRoom'] = (clientPrefix) => {
    if (hasRoom(clientPrefix)) return;
    refused += 1;
    throw unavailable();
  };

  const dispatch = (): void => {
    while (queue.size > 0 && (idle.length > 0 || running.size < threads)) {
      const job = queue.next();
      if (job === undefined) return;
      if (job.isGone()) {
        drop(job);
        continue;
      }
      const worker = idle.pop() ?? startWorker();
      clearTimeout(job.timer);
      running.set(worker, job);
      worker.postMessage(job.task);
    }
  };

  const startWorker = (): Worker => {
    const worker = new Worker(join(__dirname, 'hashing.worker.js'));
    worker.unref();
    worker.on('message', (result: HashingResult) => finish(worker, result));
    worker.once('error', () => bury(worker));
    worker.once('exit', () => bury(worker));
    return worker;
  };

  const finish = (worker: Worker, result: HashingResult): void => {
    const job = running.get(worker);
    running.delete(worker);
    idle.push(worker);
    completed += 1;
    if ('value' in result) job?.resolve(result.value);
    else job?.reject(new Error(`bcrypt failed: ${result.error}`));
    dispatch();
  };

  /** A thread that died takes its job with it, once; the next job starts another thread. */
  const bury = (worker: Worker): void => {
    const job = running.get(worker);
    running.delete(worker);
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    if (job) refuse(job);
    if (!closed) dispatch();
  };

  const close = async (): Promise<void> => {
    closed = true;
    for (let job = queue.next(); job; job = queue.next()) refuse(job);
    await Promise.all([...idle, ...running.keys()].map((worker) => worker.terminate()));
  };

  return { run, requireRoom, close, statistics: () => ({ queued: queue.size, running: running.size, completed, refused }) };
}

/** First come, first served within a client prefix; prefixes take turns. */
class FairQueue {
  readonly #lines = new Map<string, Job[]>();
  size = 0;

  /** Whether there is a place, or somebody who gives way. */
  hasRoom(clientPrefix: string, capacity: number): boolean {
    return this.size < capacity || this.#outcast(clientPrefix) !== undefined;
  }

  /** Only where there is room. @returns the job that gives way: the newest of the longest line. */
  add(job: Job, capacity: number): Job | undefined {
    const outcast = this.size < capacity ? undefined : this.#outcast(job.clientPrefix);
    if (outcast) this.remove(outcast);
    const line = this.#lines.get(job.clientPrefix) ?? [];
    line.push(job);
    this.#lines.set(job.clientPrefix, line);
    this.size += 1;
    return outcast;
  }

  next(): Job | undefined {
    const first = this.#lines.entries().next().value;
    if (first === undefined) return undefined;
    const [prefix, line] = first;
    const job = line.shift();
    this.#lines.delete(prefix);
    if (line.length > 0) this.#lines.set(prefix, line); // to the back: the next prefix has its turn
    this.size -= 1;
    return job;
  }

  remove(job: Job): boolean {
    const line = this.#lines.get(job.clientPrefix) ?? [];
    const position = line.indexOf(job);
    if (position < 0) return false;
    line.splice(position, 1);
    if (line.length === 0) this.#lines.delete(job.clientPrefix);
    this.size -= 1;
    return true;
  }

  removeGone(): Job[] {
    const gone = [...this.#lines.values()].flat().filter((job) => job.isGone());
    for (const job of gone) this.remove(job);
    return gone;
  }

  #outcast(prefixOfNewcomer: string): Job | undefined {
    const lengthOfNewcomersLine = this.#lines.get(prefixOfNewcomer)?.length ?? 0;
    const longest = [...this.#lines.values()].reduce<Job[]>((best, line) => (line.length > best.length ? line : best), []);
    return longest.length > lengthOfNewcomersLine + 1 ? longest.at(-1) : undefined;
  }
}
