import { createHmac, randomBytes } from 'node:crypto';
import { normalCode } from '../../names/typed-code';

/**
 * Codes that change with time (RFC 6238), as every authenticator app makes them: SHA-1, six digits, 30 seconds. By hand, because what is
 * hard about them (no code twice, races, sealing) no library does; the tests hold it to the vectors of both RFCs and to another generator.
 */
export const stepSeconds = 30;
const digits = 6;
/** RFC 4226 §4: 160 bits are recommended. */
const secretBytes = 20;

export const newTotpSecret = (): Buffer => randomBytes(secretBytes);

export const stepAt = (nowMs: number): number => Math.floor(nowMs / 1000 / stepSeconds);

/** The code of one step (RFC 4226 §5.3). */
export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

export interface StepWindow {
  /** Of the server's clock. */
  readonly step: number;
  /** How many steps the app's clock may be off, on each side. */
  readonly drift: number;
  /** The step of the last code that counted: no code of it, or of an earlier one, counts again (RFC 6238 §5.2). */
  readonly lastStep: number;
}

/**
 * The step that the code is of; null: of none that counts. Of several that match the greatest one: neighbours may have the same code, and
 * taking the smaller one would let it count twice. Every step of the window is tried, whatever matches.
 */
export function matchingStep(secret: Buffer, code: string, { step, drift, lastStep }: StepWindow): number | null {
  const steps = Array.from({ length: 2 * drift + 1 }, (_, place) => step - drift + place);
  const matching = steps.filter((each) => each > lastStep && each >= 0 && codeAt(secret, each) === code);
  return matching.at(-1) ?? null;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, without padding: as authenticator apps take a secret. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** The key URI that authenticator apps read from a QR code. The issuer stands in it twice, for old and for newer apps. */
export function toKeyUri(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const parameters = `secret=${toBase32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`;
  return `otpauth://totp/${label}?${parameters}`;
}

/** As people type one: full-width digits, spaces and hyphens are taken. Null: no code. */
export function readTotpCode(typed: string): string | null {
  const code = normalCode(typed);
  return /^\d{6}$/.test(code) ? code : null;
}
