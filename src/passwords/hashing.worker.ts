import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

/** A job for a hashing thread: make a hash, or compare with one and do the work that this comparison owes. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly input: string; readonly cost: number }
  /** `owed`: hashes to compare with besides, whatever comes of it. */
  | { readonly kind: 'compare'; readonly input: string; readonly hash: string; readonly owed?: readonly string[] };

/** `rounds`: the work that was done, in rounds of bcrypt. */
export type HashingResult = { readonly value: string | boolean; readonly rounds: number } | { readonly error: string };

// On Linux a priority belongs to a thread: the kernel prefers the thread that answers requests. Elsewhere it
// would be the whole process's.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on('message', (task: HashingTask) => parentPort?.postMessage(perform(task)));

function perform(task: HashingTask): HashingResult {
  try {
    if (task.kind === 'hash') return { value: hashSync(task.input, task.cost), rounds: 2 ** task.cost };
    const { input, hash, owed = [] } = task;
    const value = compareSync(input, hash);
    for (const other of owed) compareSync(input, other);
    return { value, rounds: [hash, ...owed].reduce((sum, each) => sum + 2 ** costOf(each), 0) };
  } catch (error) {
    return { error: (error as Error).name }; // a message of bcryptjs may hold its arguments
  }
}

/** `$2b$12$…` */
const costOf = (hash: string): number => Number(hash.slice(4, 6));
