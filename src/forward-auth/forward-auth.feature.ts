import type { Theme } from '../account-pages/theme/open-theme';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { InspectedPolicy } from '../policy/policy';
import type { Freshness } from '../sessions/fresh';
import type { SessionCheck } from '../sessions/session.check';
import { forwardAuthSettings } from './forward-auth.settings';
import type { UpstreamGate } from './graphql/request';
import { verifyGraphQLRoutes } from './graphql/routes';
import { type Forwarding, verifyRoutes } from './routes';

type Needs = Foundation & {
  readonly policy: InspectedPolicy;
  readonly sessionCheck: SessionCheck;
  readonly freshness: Freshness;
  readonly theme: Theme | null;
};
type Gives = { readonly operationGate: UpstreamGate; readonly forwarding: Forwarding };

/** What a proxy asks: may this request pass, and for whom. Of a path that the gateway serves itself no proxy asks. */
export const forwardAuthFeature: Feature<Needs, Gives> = {
  name: 'forward-auth',
  settings: [forwardAuthSettings],
  open: async (house) => {
    const { config, policy, theme } = house;
    const { createUpstreamGate } = await import('./graphql/request');
    const { createPeople } = await import('./people');
    const { createRequireSecondFactor } = await import('./second-factor');
    const { createDenied } = await import('../account-pages/denied');
    const denied = theme === null ? null : createDenied(theme, house.publicUrl);
    const forwarding = {
      people: createPeople({ ...house, denied }),
      requireSecondFactor: createRequireSecondFactor(house.database, house.freshness),
    };
    const asked = [...policy.policies].filter(([, { served }]) => served === null);
    return { operationGate: createUpstreamGate(new Map(asked), config), forwarding };
  },
  routes: ({ operationGate, forwarding }) => [...verifyRoutes(forwarding), ...verifyGraphQLRoutes(operationGate, forwarding)],
};
