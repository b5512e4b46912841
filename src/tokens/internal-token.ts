import { randomUUID } from 'node:crypto';
import { sign } from 'jsonwebtoken';
import type { Clock } from '../clock';
import { signingAlgorithm } from './signing-key';
import type { SigningKeys } from './signing-keys.service';

/** How long an internal token lives. */
export const internalTokenSeconds = 60;

/** What a token says to one service behind the gateway, beside `iss iat exp jti`. */
export interface InternalClaims {
  readonly aud: string;
  readonly sub: string;
  readonly sid: string;
  readonly auth_time: number;
  readonly amr: readonly string[];
  readonly roles: readonly string[];
  readonly [claim: string]: unknown;
}

/**
 * Signs who is calling, for a service behind. Its type is none that the gateway takes (`it+jwt`), and its audience is the service: a
 * service that loses one has lost nothing that opens anything here.
 */
export const createInternalTokens =
  (keys: Pick<SigningKeys, 'active'>, issuer: () => string, clock: Clock) =>
  async (claims: InternalClaims): Promise<string> => {
    const { kid, privateKey } = await keys.active();
    const iat = Math.floor(clock.now() / 1000);
    const payload = { iss: issuer(), ...claims, jti: randomUUID(), iat, exp: iat + internalTokenSeconds };
    return sign(payload, privateKey, { algorithm: signingAlgorithm, header: { alg: signingAlgorithm, typ: 'it+jwt', kid } });
  };

export type IssueInternalToken = ReturnType<typeof createInternalTokens>;
