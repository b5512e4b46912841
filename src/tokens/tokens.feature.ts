import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { retryWhileUnavailable } from '../retry';
import type { AccessTokens } from './access-token';
import { keyRotationJob } from './key-rotation.job';
import { addKeysCommands } from './keys.commands';
import { keysEvents } from './keys.events';
import type { SigningKeys } from './signing-keys.service';
import { tokensSettings } from './tokens.settings';

type Gives = { readonly keys: SigningKeys; readonly accessTokens: AccessTokens; readonly audience: () => string };

/** Signing keys, and the access tokens that they sign. */
export const tokensFeature: Feature<Foundation & { readonly audit: AuditService }, Gives> = {
  name: 'tokens',
  settings: [tokensSettings],
  auditEvents: keysEvents,
  open: async ({ config, clock, publicUrl, ...house }) => {
    const { openSigningKeys } = await import('./signing-keys.service');
    const { createAccessTokens } = await import('./access-token');
    const keys = await retryWhileUnavailable(() => openSigningKeys({ ...house, clock }));
    const audience = () => config.audience ?? publicUrl();
    const accessTokens = createAccessTokens(keys, { issuer: publicUrl, audience, lifetimeSeconds: config.accessTokenSeconds }, clock);
    return { keys, accessTokens, audience };
  },
  jobs: ({ keys, config }) => [keyRotationJob(keys, config.keyRotationDays)],
  commands: addKeysCommands,
};
