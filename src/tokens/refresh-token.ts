import { equalInConstantTime, hmacSha256, type Secret, type Secrets } from '../secrets';
import { uuidFromBytes, uuidToBytes } from '../uuid';

/**
 * Refresh tokens are opaque to clients and derived for us: `ghr_` + base64url of
 *
 *     version (1 byte) ‖ session id (16) ‖ counter (4) ‖ salt (8) ‖ HMAC-SHA-256 of the label and all of these (32)
 *
 * The session's row keeps counter and salt, from which the current token can be made again for every tab that asks;
 * without the key nothing in the row can be replayed, and a forged token is refused without a query. The salt is new
 * at each rotation: after a restored backup, a token of the lost time has the right counter and the wrong salt.
 */
export interface RefreshTokenContent {
  readonly sessionId: string;
  readonly counter: number;
  /** 8 bytes in base64url. */
  readonly salt: string;
}

const prefix = 'ghr_';
const version = 1;
const contentBytes = 29;
const tokenFormat = /^ghr_[A-Za-z0-9_-]{82}$/;

/** By its beginning alone. */
export const looksLikeRefreshToken = (token: string): boolean => token.startsWith(prefix);

export function writeRefreshToken(token: RefreshTokenContent, secrets: Secrets): string {
  const content = toBytes(token);
  return prefix + Buffer.concat([content, mac(content, secrets.current.key('refresh-token'))]).toString('base64url');
}

/** Null: not one of ours, or made with a secret that is gone. */
export function readRefreshToken(token: string, secrets: Secrets): RefreshTokenContent | null {
  if (!tokenFormat.test(token)) return null;
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
  const content = bytes.subarray(0, contentBytes);
  const isOurs = secrets.all.some((secret) => equalInConstantTime(mac(content, secret.key('refresh-token')), bytes.subarray(contentBytes)));
  if (!isOurs || content[0] !== version || bytes.toString('base64url') !== token.slice(prefix.length)) return null;
  return {
    sessionId: uuidFromBytes(content, 1),
    counter: content.readUInt32BE(17),
    salt: content.toString('base64url', 21),
  };
}

/**
 * What is stored of the Idempotency-Key that a token was spent with. It hangs on the token, so that the key is worth nothing for another
 * one; and on a key of ours, because clients' keys may be guessed.
 */
export const writeSpentKey = (spent: RefreshTokenContent, idempotencyKey: string, { current }: Secrets): string =>
  spentKeyMac(spent, idempotencyKey, current).toString('base64url');

/** Whether that token was spent with that key. */
export const isSpentKey = (stored: string | null, spent: RefreshTokenContent, idempotencyKey: string, { all }: Secrets): boolean =>
  stored !== null &&
  all.some((secret) => equalInConstantTime(spentKeyMac(spent, idempotencyKey, secret), Buffer.from(stored, 'base64url')));

const spentKeyMac = (spent: RefreshTokenContent, idempotencyKey: string, secret: Secret): Buffer =>
  hmacSha256(secret.key('idempotency-key'), 'refresh', toBytes(spent), idempotencyKey);

function toBytes({ sessionId, counter, salt }: RefreshTokenContent): Buffer {
  const content = Buffer.alloc(contentBytes);
  content.writeUInt8(version, 0);
  uuidToBytes(sessionId).copy(content, 1);
  content.writeUInt32BE(counter, 17);
  content.write(salt, 21, 'base64url');
  return content;
}

const mac = (content: Buffer, key: Buffer): Buffer => hmacSha256(key, 'refresh', content);
