import { asServiceClient } from '../context';
import type { Route } from '../rest/route';
import { keyTimes } from '../tokens/key-rotation';
import { signingAlgorithm } from '../tokens/signing-key';
import type { SigningKeys } from '../tokens/signing-keys.service';
import { type IntrospectionService, tokenInput } from './introspection.service';
import { introspectionAnswer, jwksAnswer, metadataAnswer } from './oauth.answers';
import { oauthProblem } from './oauth-problem';

interface Services {
  readonly introspection: IntrospectionService;
  readonly keys: SigningKeys;
  /** Without a slash at the end. */
  readonly issuer: () => string;
  /** The path of `PUBLIC_URL`; left out: it has none. */
  readonly issuerPath?: string;
}

/** Where clients look for the metadata: RFC 8414 §3.1 puts the issuer's path behind the well-known one, and some still ask without it. */
const metadataPaths = (issuerPath = ''): string[] =>
  ['', ...(/^(\/[\w.~-]+)+$/.test(issuerPath) ? [issuerPath] : [])].map((path) => `/.well-known/oauth-authorization-server${path}`);

const form = { kind: 'form', schema: tokenInput, required: true, example: { token: 'eyJ…' } } as const;

/** The endpoints that RFCs define, with the names that they give. */
export const oauthRoutes = (services: Services): Route[] => [...metadataRoutes(services), ...tokenRoutes(services), jwksRoute(services)];

const metadataRoutes = ({ issuer, issuerPath }: Services): Route[] =>
  metadataPaths(issuerPath).map(
    (path, at): Route => ({
      method: 'GET',
      path,
      at: 'root',
      access: 'public',
      status: 200,
      operationId: at === 0 ? 'metadata' : 'metadataOfIssuer',
      summary: 'Issuer, endpoints and algorithms (RFC 8414)',
      tag: 'Gate',
      answer: metadataAnswer,
      cacheControl: 'public, max-age=300',
      etag: true,
      failures: [],
      run: async () => ({
        issuer: issuer(),
        jwks_uri: `${issuer()}/.well-known/jwks.json`,
        introspection_endpoint: `${issuer()}/v1/introspect`,
        introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
        revocation_endpoint: `${issuer()}/v1/revoke`,
        revocation_endpoint_auth_methods_supported: ['none'],
        response_types_supported: [],
        grant_types_supported: [],
        access_token_signing_alg_values_supported: [signingAlgorithm],
      }),
    }),
  );

const tokenRoutes = ({ introspection }: Services): Route[] => [
  {
    method: 'POST',
    path: '/v1/introspect',
    at: 'root',
    access: 'client',
    status: 200,
    operationId: 'introspect',
    summary: 'Whether an access token is active now (RFC 7662)',
    tag: 'Gate',
    body: form,
    answer: introspectionAnswer,
    failures: ['BAD_USER_INPUT', 'UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'RATE_LIMITED', 'UNAVAILABLE'],
    failureShape: oauthProblem,
    run: (context, { body }) => asServiceClient(context, (client) => introspection.introspect(client, body)),
  },
  {
    method: 'POST',
    path: '/v1/revoke',
    at: 'root',
    access: 'public', // to have the token is the permission
    status: 200,
    operationId: 'revoke',
    summary: 'End the session that a token belongs to (RFC 7009); 200 for what is no token, too',
    tag: 'Gate',
    body: form,
    answer: null,
    failures: ['BAD_USER_INPUT', 'UNAVAILABLE'],
    failureShape: oauthProblem,
    run: ({ requester }, { body }) => introspection.revoke(body, requester),
  },
];

const jwksRoute = ({ keys }: Services): Route => ({
  method: 'GET',
  path: '/.well-known/jwks.json',
  at: 'root',
  access: 'public',
  status: 200,
  operationId: 'jwks',
  summary: 'Public signing keys (RFC 7517), the retiring ones included',
  tag: 'Gate',
  answer: jwksAnswer,
  cacheControl: `public, max-age=${keyTimes.jwksMaxAgeSeconds}`,
  etag: true,
  failures: ['UNAVAILABLE'],
  run: () => keys.jwks(),
});
