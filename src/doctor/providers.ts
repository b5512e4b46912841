import type { Config } from '../config';
import { Failure } from '../errors';
import { createLogger } from '../log';
import { type Finding, ok, wrong } from './finding';

/** The file of AUTH_PROVIDERS, and whether each provider of it answers. */
export async function examineProviders(config: Pick<Config, 'providersFile' | 'production' | 'variable'>): Promise<Finding[]> {
  if (config.providersFile === undefined) return [];
  const { openProviders, ProvidersError, readProviders } = await import('../providers/open-providers');
  try {
    const providers = await openProviders(readProviders(config.providersFile, config), config, createLogger('silent'));
    return await Promise.all(
      [...providers.values()].map(async ({ id, examine }) => {
        try {
          await examine();
          return ok('providers', `${id} is ready`);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          const mend = 'Look at its issuer in the file of AUTH_PROVIDERS, and whether it may be reached from here.';
          return wrong('providers', `${id} does not say what it has to say of itself (${error.details.reason})`, mend);
        }
      }),
    );
  } catch (error) {
    if (!(error instanceof ProvidersError)) throw error;
    return error.faults.map((fault) => wrong('providers', fault, 'Correct the file that AUTH_PROVIDERS names.'));
  }
}
