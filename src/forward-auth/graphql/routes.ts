import { requireAccess } from '../../access/access';
import { type RequestContext, requireSession } from '../../context';
import { Failure } from '../../errors';
import { graphqlProblem } from '../../graphql/http/graphql-problem';
import { Reply, type RestRequest, type Route } from '../../rest/route';
import { identityHeaders } from '../../sessions/identity';
import { askedAccess, asksSecondFactor } from '../asked-access';
import { described, nobody } from '../headers';
import { certainRequest, originalRequest } from '../original-request';
import type { Forwarding } from '../routes';
import type { RequireSecondFactor } from '../second-factor';
import type { UpstreamGate } from './request';

/** Nginx, Traefik and Caddy ask with GET, Envoy with the method of the request; a GraphQL service knows no other. */
const methods = ['GET', 'POST'] as const;

/** What no row answers is 204 with `Allow` to OPTIONS, everywhere but here: to a proxy each 2xx is the grant. */
const refusedOptions: Route = {
  method: 'OPTIONS',
  path: '/v1/verify/graphql',
  at: 'root',
  access: 'session',
  status: 200,
  operationId: 'verifyGraphQLOptions',
  summary: 'Refused: a preflight is no GraphQL operation, and no answer but the grant is 2xx',
  tag: 'Gate',
  body: { kind: 'ignored' },
  answer: null,
  failures: ['UNAUTHENTICATED', 'METHOD_NOT_ALLOWED', 'UNAVAILABLE'],
  run: async (context) => {
    await requireSession(context);
    throw new Failure('METHOD_NOT_ALLOWED', { allow: ['GET', 'HEAD', 'POST'] });
  },
};

/**
 * `/v1/verify/graphql`: whether a GraphQL operation may pass to the service behind. A path of its own, because what is
 * public there passes without a session: a client must not be able to choose it, as it could a parameter.
 */
export const verifyGraphQLRoutes = (gate: UpstreamGate, forwarding: Forwarding): Route[] => [
  refusedOptions,
  ...methods.map(
    (method): Route => ({
      method,
      path: '/v1/verify/graphql',
      at: 'root',
      access: 'public', // as the policy has it; without a policy nothing passes
      status: 200,
      operationId: `verifyGraphQL${method.charAt(0)}${method.slice(1).toLowerCase()}`,
      summary: 'Forward-auth by GraphQL operation: whether every field of it is public or granted to the caller, by AUTH_UPSTREAM_POLICY',
      tag: 'Gate',
      ...described,
      headers: { ...described.headers, 'X-Original-Body': 'Its body in base64, where AUTH_ORIGINAL_BODY is on.' },
      body: { kind: 'raw' },
      answer: null,
      failures: [
        'BAD_REQUEST',
        'UNAUTHENTICATED',
        'REAUTHENTICATION_REQUIRED',
        'FORBIDDEN',
        'PERSISTED_QUERY_NOT_FOUND',
        'METHOD_NOT_ALLOWED',
        'UNAVAILABLE',
      ],
      failureShape: graphqlProblem,
      run: async (context, request) => {
        const { people, requireSecondFactor } = forwarding;
        const original = originalRequest(method, request.headers, request.query);
        const asking = people.asking(context, original, request.headers);
        try {
          return await decide(gate, asking.context, method, request, requireSecondFactor);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          const led = await people.lead(error, asking, original, request.headers);
          if (led !== null) return led;
          // nginx's auth_request takes nothing but 401 and 403 for a refusal, and makes a 500 of the rest.
          throw original.takesRedirect || error.status >= 500 || error.status === 401
            ? error
            : new Failure('FORBIDDEN', {}, { cause: error });
        }
      },
    }),
  ),
];

async function decide(
  gate: UpstreamGate,
  context: RequestContext,
  method: string,
  { headers, query, body }: RestRequest,
  requireSecondFactor: RequireSecondFactor,
): Promise<Reply> {
  const asked = certainRequest(method, headers, query);
  if (asked === null) throw new Failure('FORBIDDEN');
  const { needed } = gate.requirementsOf({ ...asked, headers, body: body as Buffer }); // what the route table calls raw
  const session = await requireAccess([...needed, ...askedAccess(query, headers)], context.verdict, context.freshness);
  if (asksSecondFactor(query)) await requireSecondFactor(session ?? (await requireSession(context)));
  return new Reply(200, session === null ? nobody : await identityHeaders(session));
}
