import { randomBytes } from 'node:crypto';
import { equalInConstantTime, hmacSha256, type Secrets } from '../secrets';
import { uuidFromBytes, uuidToBytes } from '../uuid';

/**
 * A device token says that somebody who knew the password has logged in from there before (OWASP's device cookie). It
 * gives the device its own budget of tries, so that nobody can lock an owner out from outside; it proves nothing else.
 *
 * `ghd_` + base64url of: version (1 byte) ‖ user id (16) ‖ device id (8) ‖ HMAC-SHA-256 of the label and all of these (32).
 */
export interface KnownDevice {
  readonly userId: string;
  /** 8 random bytes in hex. */
  readonly deviceId: string;
}

const prefix = 'ghd_';
const version = 1;
const contentBytes = 25;
const tokenFormat = /^ghd_[A-Za-z0-9_-]{76}$/;

/**
 * The token for a device on which somebody has just shown the password: a new one, or the one it has. One that an older
 * entry of AUTH_SECRET made is made again with the newest, for the same device: it must not be lost when the entry is.
 */
export function issueDeviceToken(userId: string, presented: string | null, secrets: Secrets): string {
  const known = readDeviceToken(presented, secrets);
  return writeDeviceToken(userId, known?.userId === userId ? Buffer.from(known.deviceId, 'hex') : randomBytes(8), secrets);
}

function writeDeviceToken(userId: string, deviceId: Buffer, secrets: Secrets): string {
  const content = Buffer.concat([Buffer.from([version]), uuidToBytes(userId), deviceId]);
  return prefix + Buffer.concat([content, mac(content, secrets.current.key('device-token'))]).toString('base64url');
}

/** Null: not one of ours. */
export function readDeviceToken(token: string | null, secrets: Secrets): KnownDevice | null {
  if (token === null || !tokenFormat.test(token)) return null;
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
  const content = bytes.subarray(0, contentBytes);
  const isOurs = secrets.all.some((secret) => equalInConstantTime(mac(content, secret.key('device-token')), bytes.subarray(contentBytes)));
  if (!isOurs || content[0] !== version) return null;
  return { userId: uuidFromBytes(content, 1), deviceId: content.toString('hex', 17) };
}

const mac = (content: Buffer, key: Buffer): Buffer => hmacSha256(key, 'device', content);
