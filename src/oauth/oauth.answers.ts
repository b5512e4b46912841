import { z } from 'zod';

/** What OAuth's endpoints answer: schemas for the document, and the list of what is let out. */
export const jwksAnswer = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('ES256'),
      }),
    ),
  })
  .meta({ id: 'JsonWebKeySet' });

export const metadataAnswer = z
  .object({
    issuer: z.string(),
    jwks_uri: z.string(),
    introspection_endpoint: z.string(),
    introspection_endpoint_auth_methods_supported: z.array(z.string()),
    revocation_endpoint: z.string(),
    revocation_endpoint_auth_methods_supported: z.array(z.string()),
    response_types_supported: z.array(z.string()),
    grant_types_supported: z.array(z.string()),
    access_token_signing_alg_values_supported: z.array(z.string()),
  })
  .meta({ id: 'AuthorizationServerMetadata' });

export const introspectionAnswer = z
  .object({
    active: z.boolean().meta({ description: 'False: nothing else is said.' }),
    token_type: z.literal('Bearer').optional(),
    iss: z.string().optional(),
    aud: z.string().optional(),
    sub: z.uuid().optional(),
    sid: z.uuid().optional(),
    jti: z.uuid().optional(),
    iat: z.int().optional(),
    exp: z.int().optional(),
    auth_time: z.int().optional(),
    amr: z
      .array(z.string())
      .optional()
      .meta({ description: 'How the session began, in the words of RFC 8176.', examples: [['pwd', 'otp']] }),
    username: z.string().optional(),
    roles: z.array(z.string()).optional().meta({ description: 'Of this moment, not of when the token was made.' }),
    scope: z
      .string()
      .optional()
      .meta({ description: 'The permissions that the roles stand for, separated by spaces; left out where there are none.' }),
  })
  .meta({ id: 'Introspection' });
