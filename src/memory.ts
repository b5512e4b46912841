import { setFlagsFromString } from 'node:v8';

/**
 * What V8 is told as the gateway starts, so that it does not keep for good what only the start takes. V8 has these flags for
 * its own tuning and reads them each time it decides (docs/decisions/018-memory.md).
 */
export function startSmall(): void {
  // Thousands of functions that are there to stay look like a flood of young objects: V8 would grow the space for those to 2 × 16 MB.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Prisma's query compiler is WebAssembly and makes a plan once. To optimise one of its functions V8 takes 17 MB, which stay with the allocator.
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  // Next to nothing of a request lives on: to wake threads that help with copying that costs more than the copying.
  setFlagsFromString('--no-parallel-scavenge');
}

/** Back to what V8 does by itself: under load the space for young objects doubles when many of them live on, up to its bound. */
export function growAsNeeded(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
