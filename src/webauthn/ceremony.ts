import { createHash } from 'node:crypto';
import type { Clock } from '../clock';
import type { Secrets } from '../secrets';
import { type PasskeyChallenge, type PasskeyPurpose, readPasskeyChallenge } from './challenge';
import { type PasskeyAnswer, readClientData } from './passkey-answer';
import type { RelyingParty } from './relying-party';

/** Why an answer of an authenticator does not count, in words of our own: for the audit, and for whoever adds a passkey. */
export type RefusalReason =
  | 'a new passkey, and not a known one'
  | 'a known passkey, and not a new one'
  | 'another challenge'
  | 'too old'
  | 'used before'
  | 'a page that is not allowed'
  | 'a frame of another site'
  | 'another domain'
  | 'nobody touched it'
  | 'nobody was verified'
  | 'unknown passkey'
  | "somebody else's passkey"
  | 'a passkey that cannot verify its user'
  | 'another kind of passkey than it was'
  | 'a wrong signature'
  | 'an unusable key'
  | 'a counter that went back'
  | 'disabled';

export class Refused {
  constructor(
    readonly reason: RefusalReason,
    /** Whose passkey it is. */
    readonly userId?: string,
  ) {}
}

export interface Expected {
  readonly type: 'webauthn.create' | 'webauthn.get';
  readonly purposes: readonly PasskeyPurpose[];
  readonly subject: string;
}

/** The challenge that an answer is to, with the text that is used up. */
export interface AnsweredChallenge extends PasskeyChallenge {
  readonly text: string;
  readonly origin: string;
}

/**
 * What browsers vouch for, before anything is verified: the kind, the challenge, the page (WebAuthn L3 §7.1 and §7.2, steps 7 to 12). The
 * library takes a page in a frame of another site for one of ours.
 */
export function judgeClientData(
  { response }: PasskeyAnswer,
  { type, purposes, subject }: Expected,
  party: RelyingParty,
  secrets: Secrets,
  clock: Clock,
): AnsweredChallenge | Refused {
  const told = readClientData(response.clientDataJSON);
  if (told?.type !== type)
    return new Refused(type === 'webauthn.get' ? 'a new passkey, and not a known one' : 'a known passkey, and not a new one');
  const challenge = readPasskeyChallenge(told.challenge, purposes, subject, secrets, clock);
  if (challenge === null) return new Refused('another challenge');
  if (challenge === 'old') return new Refused('too old');
  if (!party.isOrigin(told.origin)) return new Refused('a page that is not allowed');
  if (told.crossOrigin === true || told.topOrigin !== undefined) return new Refused('a frame of another site');
  return { ...challenge, text: told.challenge, origin: told.origin };
}

/** What authenticators vouch for with every answer (WebAuthn L3 §6.1). */
export interface Flags {
  readonly isVerified: boolean;
  readonly isSynced: boolean;
  readonly counter: number;
}

const leastBytes = 37;

/** The domain, touch and verification, so that a refusal has a reason of ours; the library checks them once more. */
export function judgeAuthenticatorData(data: Uint8Array, party: RelyingParty, isVerificationNeeded: boolean): Flags | Refused {
  const bytes = Buffer.from(data);
  const expected = createHash('sha256').update(party.id).digest();
  if (bytes.length < leastBytes || !bytes.subarray(0, 32).equals(expected)) return new Refused('another domain');
  const flags = bytes.readUInt8(32);
  const [isTouched, isVerified, isSynced] = [1, 4, 8].map((bit) => (flags & bit) !== 0) as [boolean, boolean, boolean];
  if (!isTouched) return new Refused('nobody touched it');
  if (isVerificationNeeded && !isVerified) return new Refused('nobody was verified');
  return { isVerified, isSynced, counter: bytes.readUInt32BE(33) };
}
