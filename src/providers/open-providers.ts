import type { Config } from '../config';
import type { Logger } from '../log';
import { readJson } from '../settings/json-file';
import { createAsk } from './asked';
import { createBoundedFetch } from './bounded-fetch';
import { createGithubProvider, createPlainOauthProvider } from './oauth';
import { createOpenIdProvider } from './openid';
import type { Provider, Providers } from './provider';
import { faultsOf, type ProviderSettings, providersFile } from './providers-file';

/** Everything that is wrong with the file of AUTH_PROVIDERS, one fault a line. */
export class ProvidersError extends Error {
  override readonly name = 'ProvidersError';

  constructor(readonly faults: readonly string[]) {
    super(['The file of AUTH_PROVIDERS is wrong:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
  }
}

const maxFileBytes = 256 * 1024;

type Settings = Pick<Config, 'production' | 'variable'>;

/** What the file says. Nothing is asked of a provider. @throws {ProvidersError} */
export function readProviders(file: string, { production, variable }: Settings): readonly ProviderSettings[] {
  const faults: string[] = [];
  const list = readJson(file, maxFileBytes, providersFile, 'providers', faults) ?? [];
  faults.push(...faultsOf(list, production, variable));
  if (faults.length > 0) throw new ProvidersError(faults);
  return list;
}

/** The providers of the file: each is asked about itself when somebody first comes through it, so that one that is down stops no start. */
export async function openProviders(
  list: readonly ProviderSettings[],
  { production, variable }: Settings,
  logger: Logger,
): Promise<Providers> {
  const client = await import('openid-client');
  const fetch = createBoundedFetch(production);
  const open = (settings: ProviderSettings): Provider => {
    const secret = settings.clientSecret && variable(settings.clientSecret.env);
    const dependencies = { client, fetch, secret, ask: createAsk(settings.id, logger) };
    if (settings.kind === 'github') return createGithubProvider(settings, dependencies);
    return settings.kind === 'oauth' ? createPlainOauthProvider(settings, dependencies) : createOpenIdProvider(settings, dependencies);
  };
  return new Map(list.map((settings) => [settings.id, open(settings)]));
}
