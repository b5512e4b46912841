import { randomBytes } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import type { Arrival } from '../providers/provider';
import { seal, unseal } from '../sealed';
import { equalInConstantTime, hmacSha256, type Secrets } from '../secrets';
import { type AuthMethod, authMethods } from '../sessions/session';
import { uuidFromBytes, uuidToBytes } from '../uuid';

/**
 * What a challenge still asks for, and its place in one. `link`: the account has to be shown once, before a provider's user opens it;
 * `registration`: a username, for a provider's user who is new (the user id is nobody's then); `second factor setup`: a second factor that is
 * not there yet.
 */
const kinds = {
  deletion: 1,
  'second factor': 2,
  'second factor and deletion': 3,
  link: 4,
  registration: 5,
  'second factor setup': 6,
  'second factor setup and deletion': 7,
} as const;
export type ChallengeKind = keyof typeof kinds;

/**
 * Says that a credential was right, and that something still stands between it and a session. It lies nowhere: `gatehouse_lc_` and 104
 * base64url characters of
 *
 *     version 1 (1 byte) ‖ kind (1) ‖ user id (16) ‖ generation (6) ‖ methods (1, a bit each) ‖ expiry in seconds since 1970 (5)
 *     ‖ 16 random ‖ HMAC-SHA-256 of all these (32)
 *
 * It counts once (`spent` has its hash then), for ten minutes, and while the account has this generation.
 *
 * After a log-in at another provider that provider's user comes after it, sealed to it: `.` and what `seal` makes. Whoever takes that away goes on
 * without it, unless it is by their word (`fed`), and the rest is still used up once.
 */
export interface Challenge {
  readonly kind: ChallengeKind;
  readonly userId: string;
  readonly generation: number;
  /** What has been shown. */
  readonly methods: readonly AuthMethod[];
  readonly expiresAt: Date;
  /** Who came from another provider: linked when the session begins, or linked still. */
  readonly identity: Arrival | null;
  /** What is used up: the challenge without the identity. */
  readonly name: string;
}

/** Nobody's: of somebody who has no account yet. */
export const nobodysId = '00000000-0000-0000-0000-000000000000';

const version = 1;
const prefix = 'gatehouse_lc_';
const lifeSeconds = 600;
const contentBytes = 46;
const generationBytes = 6;
const expiryBytes = 5;
const tokenFormat = /^gatehouse_lc_[A-Za-z0-9_-]{104}(?:\.[\w$-]{1,4096})?$/;

/** A challenge to be. */
export type NewChallenge = Omit<Challenge, 'expiresAt' | 'identity' | 'name'> & { readonly identity?: Arrival | undefined };

export function writeChallenge(
  { kind, userId, generation, methods, identity }: NewChallenge,
  secrets: Secrets,
  clock: Clock,
): { readonly challenge: string; readonly expiresAt: Date } {
  const expiry = Math.floor(clock.now() / 1000) + lifeSeconds;
  const content = Buffer.alloc(contentBytes);
  content.writeUInt8(version, 0);
  content.writeUInt8(kinds[kind], 1);
  uuidToBytes(userId).copy(content, 2);
  content.writeUIntBE(generation, 18, generationBytes);
  content.writeUInt8(toBits(methods), 24);
  content.writeUIntBE(expiry, 25, expiryBytes);
  randomBytes(16).copy(content, 30);
  const mac = hmacSha256(secrets.current.key('login-challenge'), 'login', content);
  const name = prefix + Buffer.concat([content, mac]).toString('base64url');
  const sealed = identity === undefined ? '' : `.${seal(Buffer.from(JSON.stringify(identity)), sealOf(name), secrets)}`;
  return { challenge: name + sealed, expiresAt: secondsAfter(0, expiry) };
}

const sealOf = (name: string) => ({ version: 'gi1', purpose: 'provider-flow', boundTo: name }) as const;

/** Null: none of ours, or over. */
export function readChallenge(token: string, secrets: Secrets, clock: Clock): Challenge | null {
  if (!tokenFormat.test(token)) return null;
  const [name = '', sealed] = token.split('.');
  const bytes = Buffer.from(name.slice(prefix.length), 'base64url');
  const content = bytes.subarray(0, contentBytes);
  const isOurs = secrets.all.some(({ key }) =>
    equalInConstantTime(hmacSha256(key('login-challenge'), 'login', content), bytes.subarray(contentBytes)),
  );
  const kind = (Object.keys(kinds) as ChallengeKind[]).find((each) => kinds[each] === content[1]);
  const expiresAt = secondsAfter(0, content.readUIntBE(25, expiryBytes));
  if (!isOurs || content[0] !== version || kind === undefined || expiresAt.getTime() <= clock.now()) return null;
  const plain = sealed === undefined ? null : unseal(sealed, sealOf(name), secrets);
  if (sealed !== undefined && plain === null) return null;
  const methods = fromBits(content.readUInt8(24));
  if (methods.includes('fed') && plain === null) return null; // it was taken away: whether they are linked still could not be told
  return {
    kind,
    userId: uuidFromBytes(content, 2),
    generation: content.readUIntBE(18, generationBytes),
    methods,
    expiresAt,
    identity: plain === null ? null : (JSON.parse(plain.toString()) as Arrival), // nobody else can have sealed it
    name,
  };
}

/** One byte: what has no bit in it was not shown, and is asked for again. */
const toBits = (methods: readonly AuthMethod[]): number =>
  methods.reduce((bits, method) => (authMethods.indexOf(method) < 8 ? bits | (1 << authMethods.indexOf(method)) : bits), 0);

const fromBits = (bits: number): AuthMethod[] => authMethods.filter((_, place) => (bits & (1 << place)) !== 0);
