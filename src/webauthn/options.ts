import type { PasskeyRow } from '../database/database';
import { challengeSeconds } from './challenge';
import type { RelyingParty } from './relying-party';
import { algorithms } from './verify';

/** What a browser is given: the W3C's own names and words, which no door spells in its way. */
export class PublicKeyOptions {
  constructor(private readonly content: object) {}

  toJSON(): object {
    return this.content;
  }
}

type Known = Pick<PasskeyRow, 'credentialId' | 'transports' | 'verifiesUser'>;

const described = ({ credentialId, transports }: Known): object => ({
  type: 'public-key',
  id: credentialId,
  ...(transports !== '' && { transports: transports.split(' ') }),
});

/**
 * For `navigator.credentials.get` (WebAuthn L3 §5.5). `passkeys`: those that may answer; null: any, and the page learns nothing about
 * accounts. By itself a passkey has to verify its user; beside another factor one that cannot counts too.
 */
export const requestOptions = (challenge: string, { id }: RelyingParty, passkeys: readonly Known[] | null): PublicKeyOptions =>
  new PublicKeyOptions({
    challenge,
    timeout: challengeSeconds * 1000,
    rpId: id,
    allowCredentials: (passkeys ?? []).map(described),
    userVerification: verificationOf(passkeys),
  });

function verificationOf(passkeys: readonly Known[] | null): 'required' | 'preferred' | 'discouraged' {
  if (passkeys === null || passkeys.every(({ verifiesUser }) => verifiesUser)) return 'required';
  return passkeys.some(({ verifiesUser }) => verifiesUser) ? 'preferred' : 'discouraged';
}

export interface NewPasskeyOwner {
  readonly handle: string;
  readonly username: string;
  readonly name: string | null;
  readonly passkeys: readonly Known[];
}

/** For `navigator.credentials.create` (WebAuthn L3 §5.4). `isKey`: a security key, which need not verify who touches it. */
export const creationOptions = (
  challenge: string,
  { id, name }: RelyingParty,
  { handle, username, name: displayName, passkeys }: NewPasskeyOwner,
  isKey: boolean,
): PublicKeyOptions =>
  new PublicKeyOptions({
    challenge,
    timeout: challengeSeconds * 1000,
    rp: { id, name },
    user: { id: handle, name: username, displayName: displayName ?? username },
    pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: passkeys.map(described),
    authenticatorSelection: isKey
      ? {
          authenticatorAttachment: 'cross-platform',
          residentKey: 'discouraged',
          requireResidentKey: false,
          userVerification: 'discouraged',
        }
      : { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    ...(isKey && { hints: ['security-key'] }),
    extensions: { credProps: true },
  });
