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

/** Somebody who looks at a page, and not a program that wants an answer. */
export const isNavigation = ({ method }: OriginalRequest, headers: Headers): boolean =>
  (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(String(headers.accept ?? ''));

/** The sign-in page, which is told where to lead back to. It must not believe that blindly: see docs/forward-auth.md. */
export function signInLocation(signInUrl: string, { url }: OriginalRequest): string {
  const location = new URL(signInUrl);
  if (url !== null) location.searchParams.set('return_to', url);
  return location.href;
}
