import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { InspectedPolicy } from '../policy/policy';
import { forwardAuthSettings } from './forward-auth.settings';
import type { UpstreamGate } from './graphql/request';
import { verifyGraphQLRoutes } from './graphql/routes';
import { verifyRoutes } from './routes';

/** What a proxy asks: may this request pass, and for whom. Of a path that the gateway serves itself no proxy asks. */
export const forwardAuthFeature: Feature<Foundation & { readonly policy: InspectedPolicy }, { readonly operationGate: UpstreamGate }> = {
  name: 'forward-auth',
  settings: [forwardAuthSettings],
  open: async ({ config, policy }) => {
    const { createUpstreamGate } = await import('./graphql/request');
    const asked = [...policy.policies].filter(([, { served }]) => served === null);
    return { operationGate: createUpstreamGate(new Map(asked), config) };
  },
  routes: ({ operationGate, config: { signInUrl } }) => [...verifyRoutes(signInUrl), ...verifyGraphQLRoutes(operationGate, signInUrl)],
};
