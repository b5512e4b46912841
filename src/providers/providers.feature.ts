import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Providers } from './provider';
import { providersEvents } from './providers.events';
import { providersSettings } from './providers.settings';

/** Other providers that people may log in through, as the file of AUTH_PROVIDERS has them. @throws {ProvidersError} when it opens */
export const providersFeature: Feature<Foundation, { readonly providers: Providers }> = {
  name: 'providers',
  settings: [providersSettings],
  auditEvents: providersEvents,
  open: async ({ config, logger }) => {
    if (config.providersFile === undefined) return { providers: new Map() };
    const { openProviders, readProviders } = await import('./open-providers');
    return { providers: await openProviders(readProviders(config.providersFile, config), config, logger) };
  },
};
