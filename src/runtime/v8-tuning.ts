import { setFlagsFromString } from 'node:v8';

/** The versions of V8 (Node 20 to 26) that were seen to know these flags. Another might print a line for one that it does not know. */
const tried = { oldest: 11, newest: 14 };

/**
 * What V8 is told as the gateway starts, so that it does not keep for good what only the start takes. V8 has these flags for
 * its own tuning and reads them each time it decides (docs/decisions/018-memory.md). A V8 that is newer than those that were tried keeps
 * its own settings: that costs memory, and nothing else.
 */
export function startSmall(v8Version: string): void {
  // Thousands of functions that are there to stay look like a flood of young objects: V8 would grow the space for those to 2 × 16 MB.
  tune(v8Version, '--semi-space-growth-factor=1');
  // Prisma's query compiler is WebAssembly and makes a plan once. To optimise one of its functions takes 17 MB, which stay with the allocator.
  tune(v8Version, '--wasm-tiering-budget=1000000000');
  // Next to nothing of a request lives on: to wake threads that help with copying that costs more than the copying.
  tune(v8Version, '--no-parallel-scavenge');
}

/** Back to what V8 does by itself: under load the space for young objects doubles when many of them live on, up to its bound. */
export function growAsNeeded(v8Version: string): void {
  tune(v8Version, '--semi-space-growth-factor=2');
}

function tune(v8Version: string, flag: string): void {
  const version = Number.parseInt(v8Version, 10);
  if (version >= tried.oldest && version <= tried.newest) setFlagsFromString(flag);
}
