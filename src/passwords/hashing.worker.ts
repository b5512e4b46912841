import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';
import { type HashRecipe, readHash, workOf } from './hash-recipe';

/** A job for a hashing thread: make a hash, or compare with one and do the work that this comparison owes. */
export type HashingTask =
  | { readonly kind: 'hash'; readonly input: string; readonly recipe: HashRecipe }
  /** `owed`: hashes to compare with besides, whatever comes of it. */
  | { readonly kind: 'compare'; readonly input: string; readonly hash: string; readonly owed?: readonly string[] };

/** `work`: what was done, in rounds of bcrypt and KiB that Argon2 filled. */
export type HashingResult = { readonly value: string | boolean; readonly work: number } | { readonly error: string };

// On Linux a priority belongs to a thread: the kernel prefers the thread that answers requests. Elsewhere it
// would be the whole process's.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on('message', (task: HashingTask) => parentPort?.postMessage(perform(task)));

function perform(task: HashingTask): HashingResult {
  try {
    if (task.kind === 'hash') return { value: make(task.input, task.recipe), work: workOf(task.recipe) };
    const { input, hash, owed = [] } = task;
    const value = compare(input, hash);
    for (const other of owed) compare(input, other);
    return { value, work: [hash, ...owed].reduce((sum, each) => sum + workIn(each), 0) };
  } catch (error) {
    return { error: (error as Error).name }; // a message of a library may hold its arguments
  }
}

function make(input: string, recipe: HashRecipe): string {
  if (recipe.algorithm === 'bcrypt') return hashSync(input, recipe.cost);
  const { memoryKiB: memoryCost, passes: timeCost, lanes: parallelism } = recipe;
  return argon2().hashSync(input, { algorithm: argon2id, memoryCost, timeCost, parallelism, outputLen: 32 });
}

const compare = (input: string, hash: string): boolean =>
  hash.startsWith('$argon2') ? argon2().verifySync(hash, input) : compareSync(input, hash);

/** Of the library: its own name for it is a const enum, which a compiler of single files cannot read. */
const argon2id = 2;

/** Loaded with the first Argon2 hash: who keeps to bcrypt needs no program for this processor. */
const argon2 = (): typeof import('@node-rs/argon2') => require('@node-rs/argon2');

const workIn = (hash: string): number => {
  const known = readHash(hash);
  return known === null ? 0 : workOf(known.recipe);
};
