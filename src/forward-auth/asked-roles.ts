import { Failure } from '../errors';
import type { Headers } from './original-request';

/** What a proxy's configuration may ask for in the query. */
const parameterNames: ReadonlySet<string> = new Set(['role']);

/**
 * The roles that a question names, all of which are needed. A parameter that is not known is refused: `?roles=ADMIN` would ask for
 * nothing. What is the client's own is not judged: what Envoy appends after `uri=`, and the query that Caddy hands on where `uri` in
 * its configuration has none. A `role` in it can only ask for more.
 * @throws {Failure} FORBIDDEN, because nginx's auth_request makes a 500 of every other refusal
 */
export function askedRoles(query: string, headers: Headers): string[] {
  if (!isHandedOn(query, headers)) requireKnown(query.replace(/(?:^|&)uri=\/.*$/, ''));
  return new URLSearchParams(query).getAll('role');
}

function requireKnown(configured: string): void {
  if ([...new URLSearchParams(configured).keys()].some((name) => !parameterNames.has(name)))
    throw new Failure('FORBIDDEN', { issues: [{ path: 'query', message: 'has a parameter that is not known here: there is role alone' }] });
}

/** Whether the query is the one of the request that is asked about. */
function isHandedOn(query: string, headers: Headers): boolean {
  const uri = headers['x-forwarded-uri'];
  return typeof uri === 'string' && uri.includes('?') && uri.slice(uri.indexOf('?') + 1) === query;
}
