import { z } from 'zod';
import { graphqlNames, moment } from '../operations/schemas';

export const credentialSources = ['NONE', 'BEARER', 'COOKIE', 'CLIENT'] as const;
export type CredentialSource = (typeof credentialSources)[number];

export const credentialReasons = [
  'MALFORMED',
  'EXPIRED',
  'REVOKED',
  'INVALID',
  'WRONG_ISSUER',
  'WRONG_AUDIENCE',
  'NOT_YET_VALID',
  'USER_DISABLED',
  'REFRESH_TOKEN_SENT',
  'UNKNOWN_KEY',
] as const;
export type CredentialReason = (typeof credentialReasons)[number];

const source = z.enum(credentialSources).register(graphqlNames, {
  name: 'CredentialSource',
  values: {
    NONE: 'Nothing.',
    BEARER: 'An access token in the header `Authorization`.',
    COOKIE: 'The refresh token that a browser keeps. It renews and ends its session, and does nothing else.',
    CLIENT: 'The id and the secret of a service (HTTP Basic).',
  },
});

const reason = z.enum(credentialReasons).register(graphqlNames, {
  name: 'CredentialReason',
  values: {
    MALFORMED: 'It is no `Bearer` header with a token of this kind.',
    EXPIRED: 'Its time is over.',
    REVOKED: 'Its session has ended.',
    INVALID: 'It is none of this gateway.',
    WRONG_ISSUER: 'It is signed with a key of this gateway, and names another issuer.',
    WRONG_AUDIENCE: 'It is signed with a key of this gateway, for somebody else.',
    NOT_YET_VALID: 'It was made later than it is here: a clock is wrong.',
    USER_DISABLED: 'Its user is disabled.',
    REFRESH_TOKEN_SENT: 'It is a refresh token.',
    UNKNOWN_KEY: 'The key that it names is not here.',
  },
});

const credentialVerdictSchema = z
  .object({
    source,
    accepted: z.boolean().meta({ description: 'Whether the request is authenticated by it.' }),
    reason: reason.nullable(),
    hint: z
      .string()
      .nullable()
      .meta({ description: 'What to do about it, for a developer.', examples: ['This is a refresh token; send the access token.'] }),
  })
  .meta({ id: 'CredentialVerdict', description: 'What a credential of the request is worth.' });

export const authStatusSchema = z
  .object({
    authenticated: z.boolean(),
    source: source.meta({ description: 'What the request is authenticated by.' }),
    considered: z
      .array(credentialVerdictSchema)
      .meta({ description: 'Every credential that came. The header is never rescued by a cookie.' }),
    expiresAt: moment('When the access token expires.').nullable(),
    sessionExpiresAt: moment('When the session ends, if it is not refreshed before.').nullable(),
    authenticatedAt: moment('When the log-in was.').nullable(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()).meta({ description: 'What the roles stand for.' }),
    originAllowed: z
      .boolean()
      .meta({ description: 'False for a page of an origin that neither `PUBLIC_URL` nor `AUTH_CORS_ORIGINS` has.' }),
    serverTime: moment("The gateway's clock: a wrong one explains much."),
  })
  .meta({ id: 'AuthStatus', description: "Why this very request is or is not authenticated. Of the caller's own credentials alone." });

export type AuthStatus = z.output<typeof authStatusSchema>;
export type CredentialVerdict = z.output<typeof credentialVerdictSchema>;
