import type { VerifiedToken } from './token.js';
import type { Verifier } from './verifier.js';

/** What a request's `Authorization` header is worth: the token, or the answer that refuses it (RFC 6750 §3). */
export type Judged =
  | { readonly token: VerifiedToken }
  | { readonly token: null; readonly status: 401 | 503; readonly headers: Readonly<Record<string, string>> };

export async function judgeBearer(verifier: Pick<Verifier, 'verify'>, authorization: string | undefined): Promise<Judged> {
  if (authorization === undefined) return { token: null, status: 401, headers: { 'www-authenticate': 'Bearer' } };
  const [, sent = ''] = /^Bearer +([^\s]+)$/i.exec(authorization) ?? [];
  const verification = await verifier.verify(sent);
  if (verification.accepted) return { token: verification.token };
  if (verification.reason === 'UNAVAILABLE') return { token: null, status: 503, headers: { 'retry-after': '1' } };
  return { token: null, status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
}

/** Tokens by their requests: no framework's types have to be widened for them. */
const tokens = new WeakMap<object, VerifiedToken>();

export const keepToken = (request: object, token: VerifiedToken): void => void tokens.set(request, token);

/** Who is calling. @throws for a request that did not pass the check: a route without it is a defect, not an anonymous caller */
export function tokenOf(request: object): VerifiedToken {
  const token = tokens.get(request);
  if (token === undefined) throw new Error('no access token was verified for this request');
  return token;
}
