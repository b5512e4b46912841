import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unavailable } from '../errors';
import { createFairQueue, type Line } from '../queues/fair-queue';
import type { HashingResult, HashingTask } from './hashing.worker';

/**
 * Threads that hash, behind a fair and bounded queue. A hash blocks its thread, so it must not be the one that answers
 * requests; and a queue without a bound turns a storm of log-ins into an outage for everybody.
 */
export interface HashingPool {
  /**
   * `isGone`: nobody waits for it any more. Then it is not begun.
   * @throws {Failure} UNAVAILABLE when the queue is full, the job waited too long, or its thread died.
   */
  readonly run: (task: HashingTask, line: Line, isGone?: () => boolean) => Promise<string | boolean>;
  /**
   * Before anything is read or counted: in a storm, most is refused, and that must cost next to nothing.
   * @throws {Failure} UNAVAILABLE when there is no place for a job from there now
   */
  readonly requireRoom: (line: Line) => void;
  readonly statistics: () => HashingStatistics;
  readonly close: () => Promise<void>;
}

export interface HashingStatistics {
  readonly queued: number;
  readonly running: number;
  /** Jobs that were done since the start. */
  readonly completed: number;
  /** The work since the start, in rounds of bcrypt and KiB that Argon2 filled: the proof that every refused login did the same. */
  readonly work: number;
  /** Jobs that were answered with UNAVAILABLE. */
  readonly refused: number;
}

const queuedPerThread = 8;
const maxWaitMs = 2_000;

interface Job {
  readonly resolve: (value: string | boolean) => void;
  readonly reject: (error: unknown) => void;
}

export function createHashingPool(threads: number = availableParallelism()): HashingPool {
  const queue = createFairQueue({ name: 'HASHING', width: threads, capacity: threads * queuedPerThread, maxWaitMs });
  const idle: Worker[] = [];
  const running = new Map<Worker, Job>();
  let [completed, work, died] = [0, 0, 0];

  const perform = (task: HashingTask): Promise<string | boolean> =>
    new Promise((resolve, reject) => {
      const worker = idle.pop() ?? startWorker();
      running.set(worker, { resolve, reject });
      worker.postMessage(task);
    });

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
    if ('error' in result) job?.reject(new Error(`hashing failed: ${result.error}`));
    else {
      work += result.work;
      job?.resolve(result.value);
    }
  };

  /** A thread that died takes its job with it, once; the next job starts another thread. */
  const bury = (worker: Worker): void => {
    const job = running.get(worker);
    running.delete(worker);
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    if (job === undefined) return;
    died += 1;
    job.reject(unavailable('HASHING_THREAD_DIED'));
  };

  return {
    run: (task, line, isGone = () => false) => queue.run(line, isGone, () => perform(task)),
    requireRoom: queue.requireRoom,
    statistics: () => {
      const { queued, refused } = queue.statistics();
      return { queued, running: running.size, completed, work, refused: refused + died };
    },
    close: async () => {
      queue.close();
      await Promise.all([...idle, ...running.keys()].map((worker) => worker.terminate()));
    },
  };
}
