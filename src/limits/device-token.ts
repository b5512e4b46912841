import { randomBytes } from 'node:crypto';
import { equalInConstantTime, hmacSha256, type Secrets } from '../secrets';
import { uuidFromBytes, uuidToBytes } from '../uuid';

/**
 * A device token says that somebody who knew the password has logged in from there before (OWASP's device cookie). It
 * gives the device its own budget of tries, so that nobody can lock an owner out from outside; it proves nothing else.
 *
 * It is of the user's epoch, which a change of the password raises: whoever knew an older password is a stranger.
 *
 * `ghd_` + base64url of: version 2 (1 byte) ‖ user id (16) ‖ device id (8) ‖ epoch (6) ‖ HMAC-SHA-256 of the label and all of these (32).
 * Version 1 has no epoch, and is of the first.
 */
export interface KnownDevice {
  readonly userId: string;
  /** 8 random bytes in hex. */
  readonly deviceId: string;
  readonly epoch: number;
}

/** Whose device it is: the user's id and epoch. */
export interface DeviceOwner {
  readonly id: string;
  readonly deviceEpoch: number;
}

const prefix = 'ghd_';
const epochBytes = 6;
const macBytes = 32;
/** How many bytes of each version the HMAC is over; with it each is a multiple of three, so that its base64url has one spelling. */
const contentBytes: Readonly<Record<number, number>> = { 1: 25, 2: 31 };
const tokenFormat = /^ghd_(?:[A-Za-z0-9_-]{76}|[A-Za-z0-9_-]{84})$/;

/**
 * The token for a device on which somebody has just shown the password: a new one, or the one it has. One that an older
 * entry of AUTH_SECRET made is made again with the newest, for the same device: it must not be lost when the entry is.
 */
export function issueDeviceToken(owner: DeviceOwner, presented: string | null, secrets: Secrets): string {
  const known = readDeviceToken(presented, secrets);
  return writeDeviceToken(owner, known?.userId === owner.id ? Buffer.from(known.deviceId, 'hex') : randomBytes(8), secrets);
}

function writeDeviceToken({ id, deviceEpoch }: DeviceOwner, deviceId: Buffer, secrets: Secrets): string {
  const epoch = Buffer.alloc(epochBytes);
  epoch.writeUIntBE(deviceEpoch, 0, epochBytes);
  const content = Buffer.concat([Buffer.from([2]), uuidToBytes(id), deviceId, epoch]);
  return prefix + Buffer.concat([content, mac(content, secrets.current.key('device-token'))]).toString('base64url');
}

/** Null: not one of ours. Whether it counts, its owner's epoch says: see {@link isOwnDevice}. */
export function readDeviceToken(token: string | null, secrets: Secrets): KnownDevice | null {
  if (token === null || !tokenFormat.test(token)) return null;
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
  const version = bytes.readUInt8(0);
  if (bytes.length - macBytes !== contentBytes[version]) return null;
  const content = bytes.subarray(0, bytes.length - macBytes);
  const isOurs = secrets.all.some((secret) =>
    equalInConstantTime(mac(content, secret.key('device-token')), bytes.subarray(content.length)),
  );
  if (!isOurs) return null;
  const epoch = version === 1 ? 0 : content.readUIntBE(25, epochBytes);
  return { userId: uuidFromBytes(content, 1), deviceId: content.toString('hex', 17, 25), epoch };
}

/** Whether it is a device of this user, of now. */
export const isOwnDevice = ({ userId, epoch }: KnownDevice, owner: DeviceOwner | null): boolean =>
  owner !== null && userId === owner.id && epoch === owner.deviceEpoch;

const mac = (content: Buffer, key: Buffer): Buffer => hmacSha256(key, 'device', content);
