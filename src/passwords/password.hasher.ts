import { createHmac } from 'node:crypto';
import { networksOf } from '../network';
import { type Requester, whileHashing } from '../requester';
import type { Secret, Secrets } from '../secrets';
import type { HashingPool } from './hashing.pool';
import { createOwedWork } from './owed-work';

/**
 * Password storage: `gh1$<pepper id>$` + bcrypt(base64(HMAC-SHA-384(pepper, NFKC(password))), cost).
 *
 * bcrypt reads 72 bytes and stops at a NUL (CVE-2025-22228, ASVS 5.0 6.2.9 wants 64 characters of any kind): 48 HMAC
 * bytes are 64 base64 characters, always below that, and the pepper makes a stolen database useless alone. NFKC lets
 * one password be typed on any keyboard (NIST SP 800-63B-4 §3.1.1.2). `gh1` is the version: another algorithm can join.
 */
export interface PasswordHasher {
  /** @throws {Failure} UNAVAILABLE when no thread is free in time. */
  readonly hash: (password: string, caller: HashingCaller) => Promise<string>;
  /**
   * The same work whatever is stored (ASVS 5.0 6.3.8): for null, a foreign format or an absurd cost a comparison with a hash that nothing
   * matches; for a hash that is cheaper than the dearest in use, the rest besides. See owed-work.ts.
   * @throws {Failure} UNAVAILABLE when no thread is free in time.
   */
  readonly verify: (password: string, stored: string | null, caller: HashingCaller) => Promise<Verification>;
  /** See the pool. @throws {Failure} UNAVAILABLE */
  readonly requireRoom: (caller: HashingCaller) => void;
}

/** Whose turn it is, and who waits for the answer. */
export type HashingCaller = Pick<Requester, 'ipAddress' | 'isGone' | 'notes'>;

export interface Verification {
  readonly matches: boolean;
  /** It matches, and was made with another version, cost or pepper than today's. */
  readonly isOutdated: boolean;
}

const version = 'gh1';
/** Above this, one comparison takes seconds: a planted hash would be a denial of service. */
export const maxCost = 15;
const minCost = 4;

/** `dearestStored`: the highest cost among the stored hashes that can be verified; 0 where it is not known. */
export function createPasswordHasher(pool: HashingPool, secrets: Secrets, cost: number, dearestStored = 0): PasswordHasher {
  const work = createOwedWork(Math.max(cost, Math.min(dearestStored, maxCost)));

  return {
    requireRoom: (caller) => pool.requireRoom(networksOf(caller)),
    hash: async (password, caller) => {
      const task = { kind: 'hash', input: pepper(secrets.current, password), cost } as const;
      const hash = await whileHashing(caller, () => pool.run(task, networksOf(caller), caller.isGone));
      return `${version}$${secrets.current.id}${hash}`;
    },
    verify: async (password, stored, caller) => {
      const known = stored === null ? null : read(stored, secrets);
      const input = known === null || known.secret !== null ? pepper(known?.secret ?? secrets.current, password) : password;
      const task = { kind: 'compare', input, ...work.comparison(known) } as const;
      const isEqual = await whileHashing(caller, () => pool.run(task, networksOf(caller), caller.isGone));
      const matches = isEqual === true && known !== null;
      return { matches, isOutdated: matches && (known.secret !== secrets.current || known.cost !== cost) };
    },
  };
}

const pepper = (secret: Secret, password: string): string =>
  createHmac('sha384', secret.key('password-pepper')).update(password.normalize('NFKC')).digest('base64');

interface StoredHash {
  /** Null: a plain bcrypt hash of an imported user, made from the password itself. */
  readonly secret: Secret | null;
  readonly bcrypt: string;
  readonly cost: number;
}

const storedFormat = /^(?:gh1\$([0-9a-f]{8})(?=\$))?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/;

/** Null: nothing that this gateway could verify. */
function read(stored: string, secrets: Secrets): StoredHash | null {
  const [, pepperId, bcrypt, digits] = storedFormat.exec(stored) ?? [];
  const cost = Number(digits);
  if (bcrypt === undefined || cost > maxCost || cost < minCost) return null;
  if (pepperId === undefined) return { secret: null, bcrypt, cost };
  const secret = secrets.find(pepperId);
  return secret === undefined ? null : { secret, bcrypt, cost };
}
