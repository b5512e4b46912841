import type { Access } from '../access/access';
import { Failure } from '../errors';
import type { Headers } from './original-request';

/** What a proxy's configuration may ask for in the query. */
const parameterNames: ReadonlySet<string> = new Set(['role', 'permission', 'fresh', 'mfa']);

/**
 * The roles and permissions that a question names, all of which are needed. Were one of them enough, a proxy that passes a client's query
 * on would let the client add the one that it has. A parameter that is not known is refused: `?roles=ADMIN` would ask for
 * nothing. What is the client's own is not judged: what Envoy appends after `uri=`, and the query that Caddy hands on where `uri` in
 * its configuration has none. A `role` or a `permission` in it can only ask for more.
 * @throws {Failure} FORBIDDEN, because nginx's auth_request makes a 500 of every other refusal
 */
export function askedAccess(query: string, headers: Headers): Access[] {
  const configured = configuredPart(query, headers);
  if (configured !== null) requireKnown(configured);
  const asked = new URLSearchParams(query);
  return [
    ...freshWithin(configured),
    ...asked.getAll('role').map((role) => [role]),
    ...asked.getAll('permission').map((permission) => ({ permissions: [permission] })),
  ];
}

/** Whether two factors are needed (`mfa=1`). A parameter of the client's own is its service's. */
export const asksSecondFactor = (query: string, headers: Headers): boolean =>
  new URLSearchParams(configuredPart(query, headers) ?? '').get('mfa') === '1';

/** What the proxy's configuration has written; null where the query is the client's own. */
const configuredPart = (query: string, headers: Headers): string | null =>
  isHandedOn(query, headers) ? null : query.replace(/(?:^|&)uri=\/.*$/, '');

/** `fresh=SECONDS`: how long ago somebody may have shown who is there, 1 to 86400. */
const freshWithin = (configured: string | null): Access[] =>
  new URLSearchParams(configured ?? '').getAll('fresh').map((seconds) => {
    const freshSeconds = /^\d{1,5}$/.test(seconds) ? Number(seconds) : 0;
    if (freshSeconds < 1 || freshSeconds > 86_400)
      throw new Failure('FORBIDDEN', { issues: [{ path: 'query', message: 'has a fresh that is no number of seconds from 1 to 86400' }] });
    return { freshSeconds };
  });

function requireKnown(configured: string): void {
  if ([...new URLSearchParams(configured).keys()].some((name) => !parameterNames.has(name)))
    throw new Failure('FORBIDDEN', {
      issues: [{ path: 'query', message: 'has a parameter that is not known here: there are role, permission, fresh and mfa' }],
    });
}

/** Whether the query is the one of the request that is asked about. */
function isHandedOn(query: string, headers: Headers): boolean {
  const uri = headers['x-forwarded-uri'];
  return typeof uri === 'string' && uri.includes('?') && uri.slice(uri.indexOf('?') + 1) === query;
}
