import { randomBytes } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import { equalInConstantTime, hmacSha256, type Secret, type Secrets } from '../secrets';

/** What an authenticator is asked for, and its place in a challenge. */
const purposes = { login: 1, 'second factor': 2, reauthentication: 3, 'new passkey': 4, 'new security key': 5, link: 6 } as const;
export type PasskeyPurpose = keyof typeof purposes;

/**
 * A challenge of WebAuthn that lies nowhere: 75 base64url characters of
 *
 *     version 1 (1 byte) ‖ purpose (1) ‖ expiry in seconds since 1970 (6) ‖ 16 random ‖ HMAC-SHA-256 of these and the subject (32)
 *
 * The subject stands in the HMAC alone: whose passkey it asks for, or which log-in. A page that is looked at writes no row; a right
 * answer does, in the transaction that it is good for (WebAuthn L3 §13.4.3).
 */
export interface PasskeyChallenge {
  readonly purpose: PasskeyPurpose;
  readonly expiresAt: Date;
  /** The entry of AUTH_SECRET that made it. */
  readonly secret: Secret;
}

export const challengeSeconds = 300;
const version = 1;
const contentBytes = 24;
const expiryBytes = 6;
const format = /^[A-Za-z0-9_-]{75}$/;

export function writePasskeyChallenge(purpose: PasskeyPurpose, subject: string, secrets: Secrets, clock: Clock): string {
  const content = Buffer.alloc(contentBytes);
  content.writeUInt8(version, 0);
  content.writeUInt8(purposes[purpose], 1);
  content.writeUIntBE(Math.floor(clock.now() / 1000) + challengeSeconds, 2, expiryBytes);
  randomBytes(16).copy(content, 8);
  return Buffer.concat([content, macOf(content, subject, secrets.current)]).toString('base64url');
}

/** Null: none of ours, of another purpose or another subject. `old`: it has been. */
export function readPasskeyChallenge(
  text: string,
  wanted: readonly PasskeyPurpose[],
  subject: string,
  secrets: Secrets,
  clock: Clock,
): PasskeyChallenge | 'old' | null {
  if (!format.test(text)) return null;
  const bytes = Buffer.from(text, 'base64url');
  const content = bytes.subarray(0, contentBytes);
  const secret = secrets.all.find((each) => equalInConstantTime(macOf(content, subject, each), bytes.subarray(contentBytes)));
  const purpose = wanted.find((each) => purposes[each] === content[1]);
  if (secret === undefined || purpose === undefined || content[0] !== version) return null;
  const expiresAt = secondsAfter(0, content.readUIntBE(2, expiryBytes));
  return expiresAt.getTime() > clock.now() ? { purpose, expiresAt, secret } : 'old';
}

const macOf = (content: Buffer, subject: string, secret: Secret): Buffer =>
  hmacSha256(secret.key('webauthn-challenge'), 'challenge', content, subject);

/**
 * What authenticators know somebody by until a first passkey keeps it: it says nothing about them (WebAuthn L3 §14.6.1), and asking for
 * options twice gives the same, without a row.
 */
export const userHandleOf = (subject: string, secret: Secret): string =>
  hmacSha256(secret.key('webauthn-challenge'), 'user handle', subject).toString('base64url');
