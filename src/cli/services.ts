import type { Services } from '../app';
import { printable } from '../client';
import { Failure } from '../errors';
import { createLogger } from '../log';
import { CommandError, type Io, requireConfig } from './io';

/** Runs `work` over the services that the gateway itself uses, on the same database. They are loaded here: `--help` needs none. */
export async function withServices<T>(io: Io, work: (services: Services) => Promise<T>): Promise<T> {
  const config = requireConfig(io);
  const { openServices } = await import('../app');
  const services = await openServices(config, () => config.publicUrl ?? `http://localhost:${config.port}`, {
    logger: createLogger('silent'),
  });
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

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

/** Who acts, where a service wants to know its client: the operator at this machine. */
export { operator } from '../audit/audit.service';
