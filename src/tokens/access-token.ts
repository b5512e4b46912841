import { hash, type KeyObject, randomUUID } from 'node:crypto';
import { JsonWebTokenError, NotBeforeError, sign, TokenExpiredError, verify } from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Clock } from '../clock';
import type { UnauthenticatedReason } from '../errors';
import { maxTokenLifetimeSeconds } from './key-rotation';
import { signingAlgorithm } from './signing-key';
import type { SigningKeys } from './signing-keys.service';
import { faultOf, type TokenFault } from './token-fault';

/** What an access token says: RFC 9068 §2.2, and `sid`. No personal data. */
export interface AccessTokenClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly tokenId: string;
  /** The `kid` of the key that signed it. */
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface AccessTokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly authenticatedAt: Date;
  readonly roles: readonly string[];
  /** A token never outlives its session, nor what its session's row says of its tokens. */
  readonly endsAt: Date;
}

export type AccessTokenVerdict = { readonly ok: true; readonly claims: AccessTokenClaims } | Refused;

interface Refused {
  readonly ok: false;
  readonly reason: Exclude<UnauthenticatedReason, 'MISSING' | 'REVOKED'>;
}

export interface AccessTokens {
  readonly issue: (subject: AccessTokenSubject) => Promise<{ readonly accessToken: string; readonly expiresIn: number }>;
  /** Never throws for a bad token. @throws {Failure} UNAVAILABLE when an unknown key cannot be looked up. */
  readonly verify: (token: string) => Promise<AccessTokenVerdict>;
  /** Why a token is INVALID. What it says is told of one that is signed by a key of ours alone. @throws {Failure} UNAVAILABLE */
  readonly explain: (token: string) => Promise<TokenFault>;
}

export interface AccessTokenSettings {
  readonly issuer: () => string;
  readonly audience: () => string;
  readonly lifetimeSeconds: number;
}

/** Ours have about 700 characters; the contract promises 1 kB at most. */
const maxLength = 2_048;
/**
 * Tokens whose signature, issuer and claims have been found right, by their SHA-256: a token is shown many times, and its
 * signature stays what it was. Time, key and session are asked about every time.
 */
const maxVerified = 10_000;
/** Clocks of two nodes differ a little. */
const toleranceSeconds = 5;

export function createAccessTokens(keys: SigningKeys, settings: AccessTokenSettings, clock: Clock): AccessTokens {
  const nowSeconds = (): number => Math.floor(clock.now() / 1000);
  const verified = new LRUCache<string, AccessTokenClaims>({ max: maxVerified });
  return {
    issue: async ({ userId, sessionId, authenticatedAt, roles, endsAt }) => {
      const { kid, privateKey } = await keys.active();
      const iat = nowSeconds();
      const exp = Math.min(iat + settings.lifetimeSeconds, Math.floor(endsAt.getTime() / 1000));
      const payload = {
        iss: settings.issuer(),
        aud: settings.audience(),
        sub: userId,
        sid: sessionId,
        jti: randomUUID(),
        iat,
        exp,
        auth_time: Math.floor(authenticatedAt.getTime() / 1000),
        roles,
      };
      const header = { alg: signingAlgorithm, typ: 'at+jwt', kid } as const;
      return { accessToken: sign(payload, privateKey, { algorithm: signingAlgorithm, header }), expiresIn: exp - iat };
    },
    verify: async (token) => {
      if (token.length > maxLength) return { ok: false, reason: 'MALFORMED' };
      const digest = digestOf(token);
      const known = verified.get(digest);
      if (known !== undefined) return (await keys.find(known.keyId)) === null ? refusal('INVALID') : timely(known, nowSeconds());
      const kid = readKeyId(token);
      if (kid === null) return refusal('MALFORMED');
      const key = await keys.find(kid);
      if (key === null) return refusal('INVALID');
      const verdict = verifySignature(token, kid, key.publicKey, settings, nowSeconds());
      if (verdict.ok) verified.set(digest, verdict.claims);
      return verdict;
    },
    explain: async (token) => {
      const kid = readKeyId(token);
      if (kid === null) return 'INVALID';
      const key = await keys.find(kid);
      return key === null ? 'UNKNOWN_KEY' : faultOf(token, key.publicKey, settings, nowSeconds() + toleranceSeconds);
    },
  };
}

const digestOf = (token: string): string => hash('sha256', token, 'base64url');

function verifySignature(token: string, kid: string, key: KeyObject, settings: AccessTokenSettings, now: number): AccessTokenVerdict {
  try {
    const payload = verify(token, key, {
      algorithms: [signingAlgorithm],
      issuer: settings.issuer(),
      audience: settings.audience(),
      clockTimestamp: now,
      clockTolerance: toleranceSeconds,
    });
    return judge(payload, kid, settings, now);
  } catch (error) {
    return refusal(reasonOf(error));
  }
}

/** What the signature cannot say once for all: whether it is the token's time. */
const timely = (claims: AccessTokenClaims, now: number): AccessTokenVerdict =>
  now >= claims.expiresAt + toleranceSeconds
    ? refusal('EXPIRED')
    : claims.issuedAt > now + toleranceSeconds
      ? refusal('INVALID')
      : { ok: true, claims };

const refusal = (reason: Refused['reason']): Refused => ({ ok: false, reason });

/**
 * Canonical base64url in each part: of the last character no bits are left over (RFC 4648 §3.5), so that a token has one spelling.
 * A signature of ES256 has 64 bytes (RFC 7518 §3.4).
 */
const canonical = '(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?';
const compactJws = new RegExp(`^(${canonical})\\.(?:${canonical})\\.[A-Za-z0-9_-]{85}[AQgw]$`);

/** Exactly the three members that we write: no `crit`, no `jwk`, no `jku` (RFC 8725 §3.10), and the type of RFC 9068 §4. */
const headerSchema = z.strictObject({
  alg: z.literal(signingAlgorithm),
  typ: z.enum(['at+jwt', 'application/at+jwt']),
  kid: z.string().max(64),
});

function readKeyId(token: string): string | null {
  const [, header] = compactJws.exec(token) ?? [];
  if (header === undefined) return null;
  try {
    return headerSchema.safeParse(JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))).data?.kid ?? null;
  } catch {
    return null;
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const payloadSchema = z.object({
  aud: z.string(),
  sub: z.string().regex(uuid),
  sid: z.string().regex(uuid),
  jti: z.string().regex(uuid),
  iat: z.int(),
  exp: z.int(),
});

/** What `jsonwebtoken` lets pass: a missing or distant `exp`, a future `iat`, a list as `aud`, claims of any type. */
function judge(payload: unknown, keyId: string, settings: AccessTokenSettings, now: number): AccessTokenVerdict {
  const claims = payloadSchema.safeParse(payload).data;
  const isOurs =
    claims !== undefined &&
    claims.aud === settings.audience() &&
    claims.iat <= now + toleranceSeconds &&
    claims.exp > claims.iat &&
    claims.exp - claims.iat <= maxTokenLifetimeSeconds;
  if (!isOurs) return { ok: false, reason: 'INVALID' };
  const { sub: userId, sid: sessionId, jti: tokenId, iat: issuedAt, exp: expiresAt } = claims;
  return { ok: true, claims: { userId, sessionId, tokenId, keyId, issuedAt, expiresAt } };
}

function reasonOf(error: unknown): 'EXPIRED' | 'INVALID' {
  if (error instanceof TokenExpiredError) return 'EXPIRED';
  // A SyntaxError is a payload that is not JSON: jsonwebtoken lets it through.
  if (error instanceof JsonWebTokenError || error instanceof NotBeforeError || error instanceof SyntaxError) return 'INVALID';
  throw error;
}
