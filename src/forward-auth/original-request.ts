/** The request that a proxy asks about. Only used to say where to come back to: it proves nothing. */
export interface OriginalRequest {
  readonly method: string;
  readonly url: string | null;
  /** Whether the proxy can pass a redirect on: nginx's auth_request takes nothing but 2xx, 401 and 403. */
  readonly takesRedirect: boolean;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

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
  (method === 'GET' || method === 'HEAD') &&
  headers['x-requested-with'] === undefined &&
  /\btext\/html\b/i.test(String(headers.accept ?? ''));
