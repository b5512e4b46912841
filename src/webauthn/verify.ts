import { createPublicKey, type JsonWebKey } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { type AnsweredChallenge, judgeAuthenticatorData, Refused } from './ceremony';
import type { PasskeyAnswer } from './passkey-answer';
import type { RelyingParty } from './relying-party';

/** ES256, EdDSA and RS256 by their COSE numbers: what authenticators have (RFC 9053, RFC 8812). */
export const algorithms = [-7, -8, -257] as const;

/** A passkey as its authenticator made it. */
export interface MadePasskey {
  readonly credentialId: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  readonly counter: bigint;
  readonly isSynced: boolean;
  readonly transports: readonly string[];
  readonly aaguid: string;
}

/** Whether an authenticator made a passkey for us (WebAuthn L3 §7.1). Nothing of what the library throws is told. */
export async function verifyNewPasskey(
  answer: PasskeyAnswer,
  { text, origin }: AnsweredChallenge,
  party: RelyingParty,
  isVerificationNeeded: boolean,
): Promise<MadePasskey | Refused> {
  const { attestationObject } = answer.response;
  if (attestationObject === undefined) return new Refused('a known passkey, and not a new one');
  try {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const { authData, unattested } = await withoutAttestation(attestationObject);
    const flags = judgeAuthenticatorData(authData, party, isVerificationNeeded);
    if (flags instanceof Refused) return flags;
    const response = { ...answer, response: { ...answer.response, attestationObject: unattested } };
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON, // its members were judged by passkey-answer.ts
      expectedChallenge: text,
      expectedOrigin: origin,
      expectedRPID: party.id,
      requireUserVerification: isVerificationNeeded,
      supportedAlgorithmIDs: [...algorithms],
    });
    const { credential, aaguid } = registrationInfo ?? {};
    if (!verified || credential?.id !== answer.id || aaguid === undefined || !(await isUsable(credential.publicKey)))
      return new Refused('an unusable key');
    return {
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      counter: BigInt(credential.counter),
      isSynced: flags.isSynced,
      transports: answer.response.transports ?? [],
      aaguid,
    };
  } catch {
    return new Refused('an unusable key');
  }
}

/**
 * Who made the authenticator is not asked, so what it says of that is not read: a certificate in it would make the library fetch the lists
 * that it names, from wherever they are.
 */
async function withoutAttestation(attestationObject: string): Promise<{ readonly authData: Uint8Array; readonly unattested: string }> {
  const { decodeAttestationObject, isoCBOR } = await import('@simplewebauthn/server/helpers');
  const authData = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, 'base64url'))).get('authData');
  const unattested = isoCBOR.encode(
    new Map<string, string | Map<string, never> | Uint8Array>([
      ['fmt', 'none'],
      ['attStmt', new Map<string, never>()],
      ['authData', authData],
    ]) as Parameters<typeof isoCBOR.encode>[0],
  );
  return { authData, unattested: Buffer.from(unattested).toString('base64url') };
}

/** Whether anything can be verified with a COSE key: the library keeps a point that is not on its curve. */
async function isUsable(publicKey: Uint8Array): Promise<boolean> {
  const { decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const cose = decodeCredentialPublicKey(new Uint8Array(publicKey)) as unknown as ReadonlyMap<number, unknown>;
  const part = (label: number): string => Buffer.from(cose.get(label) as Uint8Array).toString('base64url');
  const keys: Readonly<Record<number, () => JsonWebKey>> = {
    1: () => ({ kty: 'OKP', crv: 'Ed25519', x: part(-2) }),
    2: () => ({ kty: 'EC', crv: 'P-256', x: part(-2), y: part(-3) }),
    3: () => ({ kty: 'RSA', n: part(-1), e: part(-2) }),
  };
  const jwk = keys[cose.get(1) as number]?.();
  return jwk !== undefined && createPublicKey({ key: jwk, format: 'jwk' }).type === 'public';
}

/** A key that nobody has: an unknown passkey costs the same work as a known one. */
const nobodysKey = 'pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';

/** Whether the owner of a public key signed this answer (WebAuthn L3 §7.2, step 21). Counters are compared where they are written. */
export async function verifyKnownPasskey(
  answer: PasskeyAnswer,
  { text, origin }: AnsweredChallenge,
  party: RelyingParty,
  publicKey: string | undefined,
): Promise<boolean> {
  try {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const { verified } = await verifyAuthenticationResponse({
      response: answer as unknown as AuthenticationResponseJSON, // its members were judged by passkey-answer.ts
      expectedChallenge: text,
      expectedOrigin: origin,
      expectedRPID: party.id,
      requireUserVerification: false, // judged before, with a reason
      credential: {
        id: answer.id,
        publicKey: new Uint8Array(Buffer.from(publicKey ?? nobodysKey, 'base64url')),
        counter: 0, // never compared: the library does so before the signature
      },
    });
    return verified;
  } catch {
    return false;
  }
}
