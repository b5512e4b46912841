import { createHash, randomBytes } from 'node:crypto';
import { normalCode } from '../../names/typed-code';

/**
 * Codes for whoever has lost the second factor: 120 random bits each, stored as a plain SHA-256. They need no key (ASVS 5.0 6.5.2: a plain
 * hash is enough from 112 bits on), and must not have one: they are needed on the day when AUTH_SECRET is lost too.
 */
export const recoveryCodeCount = 10;

const codeBytes = 15;
/** Crockford's Base32: no I, L, O and U, so that nothing is mistaken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`. */
export function newRecoveryCode(): string {
  const bits = [...randomBytes(codeBytes)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const symbols = (bits.match(/.{5}/g) ?? []).map((group) => alphabet[Number.parseInt(group, 2)]).join('');
  return (symbols.match(/.{4}/g) ?? []).join('-');
}

/** As people type one: in either case, with or without hyphens and spaces, I and L for 1, O for 0. Null: no code. */
export function readRecoveryCode(typed: string): string | null {
  const code = normalCode(typed).toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  return /^[0-9A-HJKMNP-TV-Z]{24}$/.test(code) ? code : null;
}

/** Of a code as {@link readRecoveryCode} gives it. */
export const hashOfRecoveryCode = (code: string): string => createHash('sha256').update(code).digest('base64url');
