import { z } from 'zod';

/** What REST answers with: the document's schemas, and the list of what is let out. */
export const statusAnswer = z.object({ status: z.literal('ok') }).meta({ id: 'Status' });

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

export const revocationsAnswer = z
  .object({
    sessions: z.array(z.uuid()).meta({ description: 'Refuse tokens with such a sid.' }),
    users: z
      .array(
        z.object({
          id: z.uuid(),
          before: z.int().meta({ description: 'Seconds since 1970.', examples: [1_790_000_000] }),
          except: z.uuid().nullable(),
          generation: z.int(),
        }),
      )
      .meta({
        description:
          'Refuse tokens with such a sub whose auth_time is less than before, unless their sid is except. Of two entries of one user, the greater generation counts.',
      }),
    keys: z.array(z.string()).meta({ description: 'Refuse tokens with such a kid.' }),
    until: z.int().meta({
      description: 'Seconds since 1970: the last token that is meant here has expired by then.',
      examples: [1_790_000_960],
    }),
  })
  .meta({ id: 'Revocations' });

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
    username: z.string().optional(),
    roles: z.array(z.string()).optional().meta({ description: 'Of this moment, not of when the token was made.' }),
  })
  .meta({ id: 'Introspection' });

export const problemAnswer = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    request_id: z.string(),
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .max(20)
      .optional()
      .meta({ description: 'The first 20 broken rules.' }),
    issue_count: z.int().optional().meta({ description: 'How many rules are broken.' }),
    reason: z.enum(['MISSING', 'MALFORMED', 'EXPIRED', 'REVOKED', 'INVALID']).optional(),
    retry_after_seconds: z.int().optional(),
    challenge: z.string().optional().meta({ description: 'Input of `POST /v1/login/complete`. A secret of the caller.' }),
    attempt: z.string().optional().meta({ description: 'Belongs to the code of a mail that is on its way. A secret of the caller.' }),
    methods: z.array(z.string()).optional().meta({ description: 'With what the caller may go on.' }),
    expires_at: z.iso.datetime().optional().meta({ description: 'Until when the challenge or the code counts.' }),
    deletes_at: z.iso.datetime().optional().meta({ description: 'From when the account is gone.' }),
    max_age_seconds: z.int().optional().meta({ description: 'How old the last proof of who is there may be.' }),
    tries_left: z.int().optional().meta({ description: 'After so many wrong codes more, the link alone works.' }),
  })
  .meta({ id: 'Problem' });

/** A problem with what OAuth's clients read (RFC 6749 §5.2). */
export const oauthProblemAnswer = problemAnswer.extend({ error: z.string(), error_description: z.string() }).meta({ id: 'OAuthProblem' });

/** What a GraphQL client reads a refusal from (GraphQL §7.1.2). */
export const graphqlErrorsAnswer = z
  .object({
    errors: z.array(
      z.object({
        message: z.string(),
        extensions: z.looseObject({
          code: z.string(),
          requestId: z.string(),
          reason: z.enum(['MISSING', 'MALFORMED', 'EXPIRED', 'REVOKED', 'INVALID']).optional(),
        }),
      }),
    ),
  })
  .meta({ id: 'GraphQLErrors' });
