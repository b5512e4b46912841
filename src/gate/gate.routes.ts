import { jwksAnswer, statusAnswer } from '../rest/answers';
import type { Route } from '../rest/route';
import { keyTimes } from '../tokens/key-rotation';
import type { SigningKeys } from '../tokens/signing-keys.service';
import type { Readiness } from './health';
import type { IntrospectionService } from './introspection.service';
import { oauthRoutes } from './oauth.routes';
import type { OpenRevocationStream } from './revocation.stream';
import type { RevocationsService } from './revocations.service';

export interface GateServices {
  readonly keys: SigningKeys;
  readonly readiness: Readiness;
  readonly introspection: IntrospectionService;
  readonly revocations: RevocationsService;
  readonly openRevocationStream: OpenRevocationStream;
  /** Without a slash at the end. */
  readonly issuer: () => string;
  /** The path of `PUBLIC_URL`; left out: it has none. */
  readonly issuerPath?: string;
}

/** What other services and the machines that run them ask for. */
export const gateRoutes = ({ keys, readiness, ...services }: GateServices): Route[] => [
  ...oauthRoutes(services),
  {
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
  },
  {
    method: 'GET',
    path: '/health',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'health',
    summary: 'The process lives',
    tag: 'Operation',
    answer: statusAnswer,
    failures: [],
    run: async () => ({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/ready',
    at: 'root',
    access: 'public',
    status: 200,
    operationId: 'ready',
    summary: 'It can serve: the database is reachable and migrated, and it is not shutting down',
    tag: 'Operation',
    answer: statusAnswer,
    failures: ['UNAVAILABLE'],
    run: async () => {
      await readiness.requireReady();
      return { status: 'ok' };
    },
  },
];
