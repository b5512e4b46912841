import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

/** An access token of Gatehouse, verified: RFC 9068 §2.2, and `sid`. */
export interface VerifiedToken {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly keyId: string;
  /** Of when the token was made. */
  readonly roles: readonly string[];
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When its session began. */
  readonly authenticatedAt: number;
}

export interface ExpectedToken {
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far the gateway's clock may be ahead. */
  readonly clockToleranceSeconds: number;
}

/** 64 bytes of a signature have one spelling (RFC 4648 §3.5). */
const format = /^([A-Za-z0-9_-]{1,512})\.([A-Za-z0-9_-]{1,4096})\.([A-Za-z0-9_-]{85}[AQgw])$/;
/** A token is accepted so much after its `exp` at most, as by the gateway itself: revocations are told a minute longer than tokens live. */
const maxExpiryToleranceSeconds = 5;
const maxLifetimeSeconds = 86_400;

/** The key that a token names, or null for what is no token of ours: exactly `alg`, `typ` and `kid` (RFC 8725 §3.10, RFC 9068 §4). */
export function keyIdOf(token: string): string | null {
  const header = readJson(format.exec(token)?.[1]);
  if (header === null || Object.keys(header).sort().join() !== 'alg,kid,typ') return null;
  const isOurs = header.alg === 'ES256' && (header.typ === 'at+jwt' || header.typ === 'application/at+jwt');
  return isOurs && typeof header.kid === 'string' ? header.kid : null;
}

/** Signature (RFC 7518 §3.4), issuer, audience and times. Null: refused. */
export function verifyWithKey(
  token: string,
  keyId: string,
  key: KeyObject,
  { issuer, audience, now, clockToleranceSeconds }: ExpectedToken,
): VerifiedToken | null {
  const [, header = '', payload = '', signature = ''] = format.exec(token) ?? [];
  const signed = Buffer.from(signature, 'base64url');
  const isSigned = verify('sha256', Buffer.from(`${header}.${payload}`), { key, dsaEncoding: 'ieee-p1363' }, signed);
  const claims = isSigned ? readJson(payload) : null;
  if (claims === null) return null;
  const { iss, aud, sub, sid, jti, iat, exp, auth_time, roles } = claims;
  const seconds = now / 1000;
  if (iss !== issuer || aud !== audience || !isText(sub) || !isText(sid) || !isText(jti) || !isWhole(iat) || !isWhole(exp)) return null;
  if (!isWhole(auth_time)) return null;
  const expiryToleranceSeconds = Math.min(clockToleranceSeconds, maxExpiryToleranceSeconds);
  if (iat > seconds + clockToleranceSeconds || exp <= seconds - expiryToleranceSeconds || exp - iat > maxLifetimeSeconds) return null;
  if (!Array.isArray(roles) || !roles.every(isText)) return null;
  return { userId: sub, sessionId: sid, tokenId: jti, keyId, roles, issuedAt: iat, expiresAt: exp, authenticatedAt: auth_time };
}

/** The P-256 keys of a JWKS (RFC 7517 §5), by `kid`. */
export function readJwks(jwks: unknown): Map<string, KeyObject> {
  const { keys } = jwks as { keys?: unknown };
  if (!Array.isArray(keys)) throw new TypeError('the answer is no JWKS');
  const ours = (keys as (JsonWebKey & { kid?: unknown })[]).filter(({ kty, crv, kid }) => kty === 'EC' && crv === 'P-256' && isText(kid));
  return new Map(ours.map((jwk) => [String(jwk.kid), createPublicKey({ key: jwk, format: 'jwk' })]));
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isWhole = (value: unknown): value is number => Number.isInteger(value);

function readJson(part: string | undefined): Record<string, unknown> | null {
  if (part === undefined) return null;
  try {
    const bytes = Buffer.from(part, 'base64url');
    if (bytes.toString('base64url') !== part) return null; // another spelling of the same
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
