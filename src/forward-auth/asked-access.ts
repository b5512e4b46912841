import type { Access } from '../access/access';
import { Failure } from '../errors';
import type { Headers } from './original-request';

/** What a proxy's configuration may ask for in the query. */
const parameterNames: ReadonlySet<string> = new Set(['role', 'permission']);

/**
 * The roles and permissions that a question names, all of which are needed. Were one of them enough, a proxy that passes a client's query
 * on would let the client add the one that it has. A parameter that is not known is refused: `?roles=ADMIN` would ask for
 * nothing. What is the client's own is not judged: what Envoy appends after `uri=`, and the query that Caddy hands on where `uri` in
 * its configuration has none. A `role` or a `permission` in it can only ask for more.
 * @throws {Failure} FORBIDDEN, because nginx's auth_request makes a 500 of every other refusal
 */
export function askedAccess(query: string, headers: Headers): Access[] {
  if (!isHandedOn(query, headers)) requireKnown(query.replace(/(?:^|&)uri=\/.*$/, ''));
  const asked = new URLSearchParams(query);
  return [
    ...asked.getAll('role').map((role) => [role]),
    ...asked.getAll('permission').map((permission) => ({ permissions: [permission] })),
  ];
}

function requireKnown(configured: string): void {
  if ([...new URLSearchParams(configured).keys()].some((name) => !parameterNames.has(name)))
    throw new Failure('FORBIDDEN', {
      issues: [{ path: 'query', message: 'has a parameter that is not known here: there are role and permission' }],
    });
}

/** Whether the query is the one of the request that is asked about. */
function isHandedOn(query: string, headers: Headers): boolean {
  const uri = headers['x-forwarded-uri'];
  return typeof uri === 'string' && uri.includes('?') && uri.slice(uri.indexOf('?') + 1) === query;
}
