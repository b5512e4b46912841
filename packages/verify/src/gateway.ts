import { type Reports, VerifierError } from './reports.js';
import { type RevocationList, readList } from './revoked.js';

export interface Gateway {
  /** RFC 7517. @throws {VerifierError} */
  readonly readJwks: () => Promise<unknown>;
  /** The whole list, or null where it is still the one with this `ETag`. @throws {VerifierError} */
  readonly readRevocations: (etag: string) => Promise<{ readonly list: RevocationList; readonly etag: string } | null>;
  /** RFC 7662: whether a token is active now. @throws {VerifierError} */
  readonly introspect: (token: string) => Promise<boolean>;
  /** RFC 8414: what the gateway calls itself; null where it does not say. @throws {VerifierError} */
  readonly readIssuer: () => Promise<string | null>;
}

const requestTimeoutMs = 2_000;

/** What a verifier asks. Failures are reported, but for the issuer's: it is asked again. */
export function createGateway(url: string, authorization: string, { watch }: Pick<Reports, 'watch'>): Gateway {
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(requestTimeoutMs), redirect: 'error' }).catch(
      (error: unknown) => {
        throw unreachable(url, error);
      },
    );
    if (!response.ok && response.status !== 304) throw refused(url, path, response.status);
    return response;
  };
  const jsonOf = async (path: string, response: Response): Promise<unknown> => {
    try {
      return await response.json();
    } catch (cause) {
      throw new VerifierError(`${url}${path} is not answered by Gatehouse`, { cause });
    }
  };
  return {
    readJwks: watch('keys', async () => jsonOf('/.well-known/jwks.json', await ask('/.well-known/jwks.json'))),
    readRevocations: watch('revocations', async (etag: string) => {
      const path = '/v1/revocations';
      const response = await ask(path, { headers: { authorization, ...(etag && { 'if-none-match': etag }) } });
      if (response.status === 304) return null;
      return { list: readList(await jsonOf(path, response)), etag: response.headers.get('etag') ?? '' };
    }),
    introspect: watch('introspection', async (token: string) => {
      const path = '/v1/introspect';
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
      const response = await ask(path, { method: 'POST', headers, body: new URLSearchParams({ token }).toString() });
      return ((await jsonOf(path, response)) as { active?: unknown }).active === true;
    }),
    readIssuer: async () => {
      const path = '/.well-known/oauth-authorization-server';
      const { issuer } = (await jsonOf(path, await ask(path))) as { issuer?: unknown };
      return typeof issuer === 'string' ? issuer : null;
    },
  };
}

export const refused = (url: string, path: string, status: number): VerifierError =>
  new VerifierError(status === 401 ? `${url} refuses the clientId and clientSecret of this verifier` : `${url}${path} answers ${status}`);

/** Undici hides the system's own word in `cause`. */
export function unreachable(url: string, error: unknown): VerifierError {
  const { name, cause } = error as { readonly name?: string; readonly cause?: { readonly code?: string } };
  return new VerifierError(`${url} cannot be reached (${cause?.code ?? name ?? 'unknown'})`, { cause: error });
}
