import type { Effects } from './effects';
import { Failure } from './errors';

/** A value, and the effects that come with it. */
export class Answer<T> {
  constructor(
    readonly value: T,
    readonly effects: Effects,
  ) {}
}

export const toAnswer = <T>(result: T | Answer<T>): Answer<T> => (result instanceof Answer ? result : new Answer(result, {}));

/** `work` with these effects, whether it succeeds or fails. Its own effects win. @throws {Failure} with the effects */
export async function withEffects<T>(effects: Effects, work: () => Promise<T | Answer<T>>): Promise<Answer<T>> {
  try {
    const { value, effects: own } = toAnswer(await work());
    return new Answer(value, { ...effects, ...own });
  } catch (error) {
    throw error instanceof Failure ? error.withEffects(effects) : error;
  }
}
