import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { AccessTokens } from '../tokens/access-token';
import { authStatusOperations } from './auth-status.operations';
import type { AuthStatusService } from './auth-status.service';

/** Tells whoever asks why a request is or is not authenticated. */
export const authStatusFeature: Feature<Foundation & { readonly accessTokens: AccessTokens }, { readonly authStatus: AuthStatusService }> =
  {
    name: 'auth-status',
    operations: authStatusOperations,
    serviceOf: ({ authStatus }) => authStatus,
    open: async (house) => {
      const { createAuthStatus } = await import('./auth-status.service');
      return { authStatus: createAuthStatus(house) };
    },
  };
