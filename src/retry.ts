import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './errors';

/**
 * For what a start does: many nodes may start at once on one database, and they wait for each other, longer than a
 * request would. @throws {Failure} UNAVAILABLE, after some six seconds of it, and whatever else `work` throws
 */
export async function retryWhileUnavailable<T>(work: () => Promise<T>, attempts = 30): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'UNAVAILABLE') || attempts === 1) throw error;
    await sleep(200);
    return retryWhileUnavailable(work, attempts - 1);
  }
}
