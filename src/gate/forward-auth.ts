import { Failure } from '../errors';
import type { AuthenticatedSession } from '../sessions/session.check';
import { toRoles } from '../users/user';

/**
 * What a proxy is told about the caller. All five are always there, empty where there is nothing to say: a proxy that
 * copies them then also replaces those that a client has sent.
 */
export function identityHeaders({ user, row }: AuthenticatedSession): Readonly<Record<string, string>> {
  return {
    'x-auth-user-id': user.id,
    'x-auth-username': toHeaderValue(user.username),
    'x-auth-email': toHeaderValue(user.email),
    'x-auth-roles': toRoles(user.roles).join(','),
    'x-auth-session-id': row.id,
  };
}

/** Printable ASCII as it is; everything else, and `%` itself, in UTF-8 as RFC 3986 §2.1 encodes it. `decodeURIComponent` undoes it. */
export const toHeaderValue = (value: string): string => value.replaceAll(/[^\x20-\x24\x26-\x7e]+|%/gu, encodeURIComponent);

/** For the document of the REST door. */
export const described = {
  query: { role: 'A role that the caller needs; given more than once, every one is needed.' },
  headers: {
    'X-Forwarded-Method': 'The method of the request that is asked about; so does X-Original-Method.',
    'X-Forwarded-Uri': 'Its address, from the path on; so do X-Original-URI, and X-Original-URL with scheme and host.',
    'X-Forwarded-Host': 'Its host; so does X-Original-Host.',
    'X-Forwarded-Proto': 'Its scheme; so does X-Original-Proto.',
  },
  answerHeaders: {
    'X-Auth-User-Id': "The caller's id.",
    'X-Auth-Username': 'Percent-encoded in UTF-8 where it is not printable ASCII.',
    'X-Auth-Email': 'Percent-encoded likewise.',
    'X-Auth-Roles': 'Separated by commas; empty for none.',
    'X-Auth-Session-Id': "The session's id.",
  },
  redirect: 'A browser without a session is led to AUTH_SIGN_IN_URL, where one is set and the proxy can pass a redirect on.',
} as const;

/** The same five for nobody: what is public is let through, and no claim of the client with it. */
export const nobody: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(described.answerHeaders).map((name) => [name.toLowerCase(), '']),
);

/**
 * Every role that the query names is needed. Were one of them enough, a proxy that passes a client's query on would let
 * the client add the one that it has. @throws {Failure} FORBIDDEN
 */
export function requireRoles({ user }: AuthenticatedSession, needed: readonly string[]): void {
  const roles = toRoles(user.roles);
  if (needed.some((role) => !roles.includes(role))) throw new Failure('FORBIDDEN');
}

/** The request that a proxy asks about. Only used to say where to come back to: it proves nothing. */
export interface OriginalRequest {
  readonly method: string;
  readonly url: string | null;
  /** Whether the proxy can pass a redirect on: nginx's auth_request takes nothing but 2xx, 401 and 403. */
  readonly takesRedirect: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Traefik and Caddy say X-Forwarded-*, nginx by habit X-Original-*, Envoy sends the method and appends the path to a `uri=` of ours. */
export function originalRequest(method: string, headers: Headers, query: string): OriginalRequest {
  const first = (...names: string[]): string | undefined =>
    names.map((name) => headers[name]).find((value): value is string => typeof value === 'string' && value !== '');
  const appended = /(?:^|&)uri=(\/.*)$/.exec(query)?.[1];
  const uri = first('x-forwarded-uri', 'x-original-uri') ?? appended;
  const host = first('x-forwarded-host', 'x-original-host') ?? (appended === undefined ? undefined : first('host'));
  const scheme = first('x-forwarded-proto', 'x-original-proto') ?? 'https';
  const whole = first('x-original-url') ?? (host !== undefined && uri?.startsWith('/') ? `${scheme}://${host}${uri}` : undefined);
  return {
    method: first('x-forwarded-method', 'x-original-method') ?? method,
    url: whole !== undefined && URL.canParse(whole) && /^https?:$/.test(new URL(whole).protocol) ? new URL(whole).href : null,
    takesRedirect: first('x-original-uri', 'x-original-url', 'x-original-method') === undefined,
  };
}

/** A request of which method and address are known for certain. */
export interface CertainRequest {
  readonly method: string;
  /** As it was sent, up to the question mark, and after it. */
  readonly path: string;
  readonly search: string;
}

/**
 * The request as everything agrees that says something of it, or null. A client can send the headers that its proxy
 * does not set: where two differ, one of them may be the client's, and something was decided about another request.
 * Our own method is the original one only for a proxy that appends the path, as Envoy does.
 */
export function certainRequest(method: string, headers: Headers, query: string): CertainRequest | null {
  const appended = /(?:^|&)uri=(\/.*)$/.exec(query)?.[1];
  const url = headers['x-original-url'];
  const uris = new Set([
    ...['x-forwarded-uri', 'x-original-uri'].map((name) => headers[name]),
    url === undefined ? undefined : (/^https?:\/\/[^/?#]+(\/.*)$/.exec(String(url))?.[1] ?? ''),
    appended,
  ]);
  const methods = new Set([headers['x-forwarded-method'], headers['x-original-method'], appended === undefined ? undefined : method]);
  uris.delete(undefined);
  methods.delete(undefined);
  const [[uri], [name]] = [[...uris], [...methods]];
  if (uris.size !== 1 || methods.size !== 1 || typeof uri !== 'string' || typeof name !== 'string' || !uri.startsWith('/')) return null;
  const [path = '', search = ''] = uri.split(/\?(.*)/s);
  return { method: name, path, search };
}

/** Somebody who looks at a page, and not a program that wants an answer. */
export const isNavigation = ({ method }: OriginalRequest, headers: Headers): boolean =>
  (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(String(headers.accept ?? ''));

/** The sign-in page, which is told where to lead back to. It must not believe that blindly: see docs/forward-auth.md. */
export function signInLocation(signInUrl: string, { url }: OriginalRequest): string {
  const location = new URL(signInUrl);
  if (url !== null) location.searchParams.set('return_to', url);
  return location.href;
}
