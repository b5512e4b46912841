import type { Services } from '../app';
import { createLogger } from '../log';
import { type Io, requireConfig } from './io';

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

/** Who acts, where a service wants to know its client: the operator at this machine. */
export { operator } from '../audit/audit.service';
