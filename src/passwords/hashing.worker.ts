import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** A job for a hashing thread: make a hash, or compare with one. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly input: string; readonly cost: number }
  | { readonly kind: 'compare'; readonly input: string; readonly hash: string };

export type HashingResult = { readonly value: string | boolean } | { readonly error: string };

// On Linux a priority belongs to a thread: the kernel prefers the thread that answers requests. Elsewhere it
// would be the whole process's.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on('message', (task: HashingTask) => parentPort?.postMessage(perform(task)));

function perform(task: HashingTask): HashingResult {
  try {
    return { value: task.kind === 'hash' ? hashSync(task.input, task.cost) : compareSync(task.input, task.hash) };
  } catch (error) {
    return { error: (error as Error).name }; // a message of bcryptjs may hold its arguments
  }
}
