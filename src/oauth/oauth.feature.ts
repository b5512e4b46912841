import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { SessionCheck } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import type { SigningKeys } from '../tokens/signing-keys.service';
import type { IntrospectionService } from './introspection.service';
import { oauthRoutes } from './oauth.routes';

type Needs = Foundation & {
  readonly keys: SigningKeys;
  readonly audience: () => string;
  readonly sessionCheck: SessionCheck;
  readonly sessions: SessionsService;
};

/** What RFC 7517, 7662, 7009 and 8414 call the authorization server: keys, introspection, revocation, metadata. */
export const oauthFeature: Feature<Needs, { readonly introspection: IntrospectionService }> = {
  name: 'oauth',
  open: async ({ sessionCheck, sessions, audience, publicUrl, database, clock }) => {
    const { createIntrospectionService } = await import('./introspection.service');
    const { settled } = database.notices;
    return { introspection: createIntrospectionService({ check: sessionCheck, sessions, issuer: publicUrl, audience, settled, clock }) };
  },
  routes: ({ introspection, keys, publicUrl }) =>
    oauthRoutes({ introspection, keys, issuer: publicUrl, issuerPath: new URL(publicUrl()).pathname }),
};
