import { Failure } from '../errors';
import { printable } from '../requester';
import { CommandError } from './io';

/**
 * What is named on a command line is not there: `kind` and the name are told, for this person has typed it.
 * @throws {CommandError}
 */
export async function named<T>(kind: string, name: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof Failure && error.code === 'NOT_FOUND')) throw error;
    throw new CommandError(`NOT_FOUND: there is no ${kind} "${printable(name)}".`);
  }
}
