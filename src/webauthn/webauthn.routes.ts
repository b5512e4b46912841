import { z } from 'zod';
import type { Route } from '../rest/route';
import type { PasskeyCheck } from './passkey-check';

const relatedAnswer = z
  .object({ origins: z.array(z.string()).meta({ examples: [['https://app.example.org']] }) })
  .meta({ id: 'RelatedOrigins' });

/** What browsers ask about pages of other domains (WebAuthn L3 §5.11). */
export const webauthnRoutes = (check: PasskeyCheck): Route[] => [
  {
    method: 'GET',
    path: '/.well-known/webauthn',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'relatedOrigins',
    summary: 'Pages of other domains that may use the passkeys of this one',
    tag: 'Gate',
    answer: relatedAnswer,
    cacheControl: 'public, max-age=300',
    failures: [],
    run: async () => ({ origins: check.isOn() ? check.party().relatedOrigins : [] }),
  },
];
