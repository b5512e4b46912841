import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a key is for. Each purpose gets its own key, so that no key is ever used twice (NIST SP 800-108). */
export type Purpose =
  | 'password-pepper'
  | 'refresh-token'
  | 'idempotency-key'
  | 'signing-key-encryption'
  | 'audit-subject'
  | 'attempt-ledger'
  | 'device-token'
  | 'mail-token'
  | 'login-challenge'
  | 'webauthn-challenge'
  | 'totp-encryption'
  | 'page-session'
  | 'provider-flow'
  | 'return-state';

/** The keys derived from one entry of `AUTH_SECRET`. `id` names the entry in stored values without telling it. */
export interface Secret {
  readonly id: string;
  /** 32 bytes by HKDF-SHA-256 (RFC 5869). */
  readonly key: (purpose: Purpose) => Buffer;
}

/** All entries of `AUTH_SECRET`: the first is for new work, every one still opens what it closed. */
export interface Secrets {
  readonly current: Secret;
  readonly all: readonly Secret[];
  readonly find: (id: string) => Secret | undefined;
}

/** `values` as in AUTH_SECRET: newest first, at least one. */
export function createSecrets(values: readonly string[]): Secrets {
  const all = values.map(createSecret);
  const [current] = all;
  if (current === undefined) throw new Error('a secret is needed');
  return { current, all, find: (id) => all.find((secret) => secret.id === id) };
}

function createSecret(value: string): Secret {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', value, 'gatehouse', info, 32));
  const keys = new Map<Purpose, Buffer>();
  const key = (purpose: Purpose): Buffer => {
    const known = keys.get(purpose) ?? derive(purpose);
    keys.set(purpose, known);
    return known;
  };
  return { id: derive('id').toString('hex', 0, 4), key };
}

/**
 * The secret kept in `directory/auth-secret` (0600), made at the first call. Twenty simultaneous first calls
 * agree on one: a link to a finished file either is the first or fails. @throws {SecretFileError}
 */
export function loadOrMakeSecret(directory: string): string {
  const known = findSecret(directory);
  if (known !== null) return known;
  const file = join(directory, secretFile);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, `${randomBytes(48).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

/** The secret that {@link loadOrMakeSecret} has kept there, or null. @throws {SecretFileError} */
export function findSecret(directory: string): string | null {
  const value = readSecretFile(directory);
  if (value !== null && !isStrongSecret(value)) throw new SecretFileError();
  return value;
}

/** The file beside the database is there, and holds no secret. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';

  constructor() {
    super(
      `The file ${secretFile} beside the database is empty, too short or no random text. ` +
        'Bring back the one of your backup: passwords and keys need it. ' +
        'Where nobody has registered yet, remove it, and the next start makes another.',
    );
  }
}

/** Its name, in the folder of the SQLite database. */
export const secretFile = 'auth-secret';

/** What is in the file, be it a secret or not; null where there is none. */
export const readSecretFile = (directory: string): string | null => readIfPresent(join(directory, secretFile));

/** At least 32 bytes that are not plainly a placeholder: RFC 8725 §3.5, ASVS 5.0 11.2.1. */
export const isStrongSecret = (value: string): boolean => Buffer.byteLength(value) >= 32 && estimatedBits(value) >= 96;

/** A lower bound of what an attacker must guess: bytes times the Shannon entropy of their distribution, in bits. */
function estimatedBits(value: string): number {
  const bytes = Buffer.from(value);
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  let bitsPerByte = 0;
  for (const count of counts.values()) bitsPerByte -= (count / bytes.length) * Math.log2(count / bytes.length);
  return /change.?me|placeholder/i.test(value) ? 0 : bitsPerByte * bytes.length;
}

function readIfPresent(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export const hmacSha256 = (key: Buffer, ...parts: readonly (string | Buffer)[]): Buffer => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
};

/** Compares in a time that tells nothing, also when the lengths differ. */
export const equalInConstantTime = (left: Buffer, right: Buffer): boolean =>
  timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
