import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { forwardAuthSettings } from './forward-auth.settings';
import type { UpstreamGate } from './graphql/request';
import { verifyGraphQLRoutes } from './graphql/routes';
import { verifyRoutes } from './routes';

/** What a proxy asks: may this request pass, and for whom. @throws {PolicyError} when it opens */
export const forwardAuthFeature: Feature<Foundation, { readonly upstream: UpstreamGate }> = {
  name: 'forward-auth',
  settings: [forwardAuthSettings],
  open: async ({ config }) => {
    const { createUpstreamGate } = await import('./graphql/request');
    const { readUpstreamPolicy } = await import('../policy/policy');
    const file = config.upstreamPolicyFile;
    return { upstream: createUpstreamGate(file === undefined ? new Map() : readUpstreamPolicy(file), config) };
  },
  routes: ({ upstream, config: { signInUrl } }) => [...verifyRoutes(signInUrl), ...verifyGraphQLRoutes(upstream, signInUrl)],
};
