import { requireAccess } from '../access/access';
import { requireSession } from '../context';
import { Reply, type Route } from '../rest/route';
import { identityHeaders } from '../sessions/identity';
import { askedAccess } from './asked-access';
import { described } from './headers';
import { isNavigation, originalRequest } from './original-request';
import { toSignIn } from './sign-in';

/** Proxies ask with GET, or with the method of the request that they ask about. HEAD comes with GET. */
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/** `/v1/verify`: a proxy asks whether it may let a request through, and for whom. */
export const verifyRoutes = (signInUrl: string | undefined): Route[] =>
  methods.map((method) => ({
    method,
    path: '/v1/verify',
    at: 'root',
    access: 'session',
    status: 200,
    operationId: `verify${method.charAt(0)}${method.slice(1).toLowerCase()}`,
    summary:
      'Forward-auth: whether a request may pass, with the caller in X-Auth-* headers; each `role` and `permission` of the query is needed',
    tag: 'Gate',
    ...described,
    body: { kind: 'ignored' },
    answer: null,
    failures: ['UNAUTHENTICATED', 'FORBIDDEN', 'UNAVAILABLE'],
    run: async (context, { headers, query }) => {
      const asked = askedAccess(query, headers);
      const verdict = await context.verdict();
      const original = originalRequest(method, headers, query);
      if (!verdict.accepted && signInUrl !== undefined && isNavigation(original, headers))
        return toSignIn(signInUrl, original, verdict.reason);
      const session = await requireSession(context);
      await requireAccess(asked, context.verdict);
      return new Reply(200, await identityHeaders(session));
    },
  }));
