import { executionAsyncResource } from 'node:async_hooks';
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
}

/** Back to what V8 does by itself: under load the space for young objects doubles when many of them live on, up to its bound. */
export function growAsNeeded(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}

/**
 * Of the objects of a request next to nothing lives on. To wake threads that help with copying that, some twenty times a second, costs
 * more than the copying (018).
 */
export function collectWithoutHelpers(): void {
  setFlagsFromString('--no-parallel-scavenge');
}

const kept: object[] = [];

/**
 * Node makes an object for each `process.nextTick`, seven for a request. V8 makes them quickly as long as one with their hidden class
 * is alive: once a full collection finds none, it makes each the slow way for as long as the process lives (018). So one is kept for good.
 */
export function keepTickObject(nextTick: (callback: () => void) => void): void {
  nextTick(() => kept.push(executionAsyncResource()));
}
