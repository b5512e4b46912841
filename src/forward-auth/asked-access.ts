import type { Access } from '../access/access';
import { Failure } from '../errors';
import type { Headers } from './original-request';

/** What a proxy's configuration may ask for in the query. */
const parameterNames: ReadonlySet<string> = new Set(['role', 'permission', 'fresh', 'mfa']);

/**
 * The roles and permissions that a question names, all of which are needed, and how fresh the proof has to be. Were one of them enough, a
 * proxy that passes a client's query on would let the client add the one that it has. What is the client's own (what Envoy appends after
 * `uri=`, and the query that Caddy hands on where `uri` in its configuration has none) may have any parameter: one that is known here can
 * only ask for more. Everywhere else one that is not known is refused: `?roles=ADMIN` would ask for nothing.
 * @throws {Failure} FORBIDDEN, because nginx's auth_request makes a 500 of every other refusal
 */
export function askedAccess(query: string, headers: Headers): Access[] {
  const isClients = isHandedOn(query, headers);
  if (!isClients) requireKnown(beforeUri(query));
  const asked = new URLSearchParams(query);
  return [
    ...freshWithin(query, isClients),
    ...asked.getAll('role').map((role) => [role]),
    ...asked.getAll('permission').map((permission) => ({ permissions: [permission] })),
  ];
}

/** Whether two factors are needed (`mfa=1`), whoever has written it: a visitor who could take it for his own would be asked for one. */
export const asksSecondFactor = (query: string): boolean => new URLSearchParams(beforeUri(query)).getAll('mfa').includes('1');

const beforeUri = (query: string): string => query.replace(/(?:^|&)uri=\/.*$/, '');

/** `fresh=SECONDS`: how long ago somebody may have shown who is there, 1 to 86400. What is no such number may be a word of the client's own. */
const freshWithin = (query: string, isClients: boolean): Access[] =>
  new URLSearchParams(beforeUri(query)).getAll('fresh').flatMap((seconds) => {
    const freshSeconds = /^\d{1,5}$/.test(seconds) ? Number(seconds) : 0;
    if (freshSeconds >= 1 && freshSeconds <= 86_400) return [{ freshSeconds }];
    if (isClients) return [];
    throw new Failure('FORBIDDEN', { issues: [{ path: 'query', message: 'has a fresh that is no number of seconds from 1 to 86400' }] });
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
