import { findGatehouseError } from './gatehouse-error.js';
import type { TokenSource } from './renewal.js';

/** The part of `fetch` that is used and offered here. */
export type FetchFunction = typeof globalThis.fetch;
type Input = Parameters<FetchFunction>[0];
type Init = Parameters<FetchFunction>[1];

/** A request that can be sent again with another token. */
interface BearerRequest {
  /** The caller has set an Authorization header: it is left alone. */
  readonly isAuthorized: boolean;
  /** False when its body is a stream, which is gone once sent. */
  readonly isRepeatable: boolean;
  readonly with: (token: string | null) => [Input, Init];
}

/** `fetch` with the access token, and once more with another one where a server does not accept it. */
export const signedFetch =
  (send: FetchFunction, tokens: TokenSource): FetchFunction =>
  async (input, init) => {
    const request = withBearer(input, init);
    const token = request.isAuthorized ? null : await tokens.accessToken();
    const response = await send(...request.with(token));
    if (token === null || !request.isRepeatable || !(await isRefused(response))) return response;
    const next = await tokens.replacementFor(token);
    return next === null ? response : send(...request.with(next));
  };

function withBearer(input: Input, init: Init = {}): BearerRequest {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  const isStream = typeof ReadableStream !== 'undefined' && init.body instanceof ReadableStream;
  return {
    isAuthorized: headers.has('authorization'),
    isRepeatable: !isStream,
    with: (token) => {
      const own = new Headers(headers);
      if (token !== null) own.set('authorization', `Bearer ${token}`);
      return [input instanceof Request ? input.clone() : input, { ...init, headers: own }];
    },
  };
}

/** Whether a server did not accept the token: the gateway says why, and others as RFC 6750 §3.1 has it. */
async function isRefused(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  if (/error="?invalid_token/.test(response.headers.get('www-authenticate') ?? '')) return true;
  if (!/json/.test(response.headers.get('content-type') ?? '')) return false;
  return isRefusal(
    await response
      .clone()
      .json()
      .catch(() => null),
  );
}

/** Whether a GraphQL result or a client's error says that the token has expired, or that its session may have ended. */
export function isRefusal(result: unknown): boolean {
  const found = findGatehouseError(result);
  return found?.code === 'UNAUTHENTICATED' && (found.details.reason === 'EXPIRED' || found.details.reason === 'REVOKED');
}
