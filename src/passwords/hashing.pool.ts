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
  /** @throws {Failure} UNAVAILABLE when the queue is full, the job waited too long, or its thread died. */
  readonly run: (task: HashingTask, clientPrefix: string) => Promise<string | boolean>;
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
  readonly resolve: (value: string | boolean) => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export function createHashingPool(threads: number = availableParallelism()): HashingPool {
  const idle: Worker[] = [];
  const running = new Map<Worker, Job>();
  const queue = new FairQueue();
  let closed = false;
  let completed = 0;
  let refused = 0;

  const refuse = (job: Job): void => {
    clearTimeout(job.timer);
    refused += 1;
    job.reject(unavailable());
  };

  const run: HashingPool['run'] = (task, clientPrefix) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => queue.remove(job) && refuse(job), maxWaitMs);
      const job: Job = { task, clientPrefix, resolve, reject, timer };
      const outcast = closed ? job : queue.add(job, threads * queuedPerThread);
      if (outcast) refuse(outcast);
      dispatch();
    });

  const dispatch = (): void => {
    while (queue.size > 0 && (idle.length > 0 || running.size < threads)) {
      const job = queue.next();
      const worker = idle.pop() ?? startWorker();
      if (job === undefined) return;
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

  return { run, close, statistics: () => ({ queued: queue.size, running: running.size, completed, refused }) };
}

/** First come, first served within a client prefix; prefixes take turns. */
class FairQueue {
  readonly #lines = new Map<string, Job[]>();
  size = 0;

  /** @returns the job that has no place: the newcomer, or the newest of the longest line. */
  add(job: Job, capacity: number): Job | undefined {
    const line = this.#lines.get(job.clientPrefix) ?? [];
    const outcast = this.size < capacity ? undefined : this.#outcast(line.length);
    if (this.size >= capacity && outcast === undefined) return job;
    if (outcast) this.remove(outcast);
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

  #outcast(lengthOfNewcomersLine: number): Job | undefined {
    const longest = [...this.#lines.values()].reduce<Job[]>((best, line) => (line.length > best.length ? line : best), []);
    return longest.length > lengthOfNewcomersLine + 1 ? longest.at(-1) : undefined;
  }
}
