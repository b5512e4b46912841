import { requireAccess } from '../access/access';
import { requireSession } from '../context';
import { Failure } from '../errors';
import { Reply, type Route } from '../rest/route';
import { identityHeaders } from '../sessions/identity';
import { askedAccess, asksSecondFactor } from './asked-access';
import { described } from './headers';
import { originalRequest } from './original-request';
import type { People } from './people';
import type { RequireSecondFactor } from './second-factor';

/** Proxies ask with GET, or with the method of the request that they ask about. HEAD comes with GET. */
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export interface Forwarding {
  readonly people: People;
  readonly requireSecondFactor: RequireSecondFactor;
}

/** `/v1/verify`: a proxy asks whether it may let a request through, and for whom. */
export const verifyRoutes = (forwarding: Forwarding): Route[] =>
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
    failures: ['UNAUTHENTICATED', 'REAUTHENTICATION_REQUIRED', 'FORBIDDEN', 'UNAVAILABLE'],
    run: async (context, { headers, query }) => {
      const { people, requireSecondFactor } = forwarding; // not there when the table alone is asked for, for its documents
      const original = originalRequest(method, headers, query);
      const asking = people.asking(context, original, headers);
      try {
        const session = await requireSession(asking.context);
        await requireAccess(askedAccess(query, headers), asking.context.verdict, context.freshness);
        if (asksSecondFactor(query)) await requireSecondFactor(session);
        return new Reply(200, await identityHeaders(session));
      } catch (error) {
        const led = error instanceof Failure ? await people.lead(error, asking, original, headers) : null;
        if (led === null) throw error;
        return led;
      }
    },
  }));
