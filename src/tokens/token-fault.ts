import type { KeyObject } from 'node:crypto';
import { verify } from 'jsonwebtoken';
import { signingAlgorithm } from './signing-key';

/** Why a token that looks like ours is not accepted. */
export type TokenFault = 'INVALID' | 'UNKNOWN_KEY' | 'WRONG_ISSUER' | 'WRONG_AUDIENCE' | 'NOT_YET_VALID';

interface Expected {
  readonly issuer: () => string;
  readonly audience: () => string;
}

/**
 * What a token with a right signature says that is wrong: a forged one learns nothing.
 * @param latest the moment that it may have been made at, at the latest, in seconds since 1970
 */
export function faultOf(token: string, key: KeyObject, { issuer, audience }: Expected, latest: number): TokenFault {
  const claims = readSigned(token, key);
  if (claims === null) return 'INVALID';
  if (claims.iss !== issuer()) return 'WRONG_ISSUER';
  if (claims.aud !== audience()) return 'WRONG_AUDIENCE';
  return [claims.iat, claims.nbf].some((moment) => typeof moment === 'number' && moment > latest) ? 'NOT_YET_VALID' : 'INVALID';
}

function readSigned(token: string, key: KeyObject): Readonly<Record<string, unknown>> | null {
  try {
    const claims = verify(token, key, { algorithms: [signingAlgorithm], ignoreExpiration: true, ignoreNotBefore: true });
    return typeof claims === 'string' ? null : claims;
  } catch {
    return null; // whatever is wrong with it, it is none of ours
  }
}
