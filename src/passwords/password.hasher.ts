import { createHmac, randomBytes } from 'node:crypto';
import type { Secret, Secrets } from '../secrets';
import type { HashingPool } from './hashing.pool';

/**
 * Password storage: `gh1$<pepper id>$` + bcrypt(base64(HMAC-SHA-384(pepper, NFKC(password))), cost).
 *
 * bcrypt reads 72 bytes and stops at a NUL (CVE-2025-22228, ASVS 5.0 6.2.9 wants 64 characters of any kind): 48 HMAC
 * bytes are 64 base64 characters, always below that, and the pepper makes a stolen database useless alone. NFKC lets
 * one password be typed on any keyboard (NIST SP 800-63B-4 §3.1.1.2). `gh1` is the version: another algorithm can join.
 */
export interface PasswordHasher {
  /** @throws {Failure} UNAVAILABLE when no thread is free in time. */
  readonly hash: (password: string, clientPrefix: string, isGone?: () => boolean) => Promise<string>;
  /**
   * Always one bcrypt comparison, whatever is stored: for null, a foreign format or an absurd cost with a hash
   * that nothing matches.
   * @throws {Failure} UNAVAILABLE when no thread is free in time.
   */
  readonly verify: (password: string, stored: string | null, clientPrefix: string, isGone?: () => boolean) => Promise<Verification>;
  /** See the pool. @throws {Failure} UNAVAILABLE */
  readonly requireRoom: (clientPrefix: string) => void;
}

export interface Verification {
  readonly matches: boolean;
  /** It matches, and was made with another version, cost or pepper than today's. */
  readonly isOutdated: boolean;
}

const version = 'gh1';
/** Above this, one comparison takes seconds: a planted hash would be a denial of service. */
const maxCost = 15;
const minCost = 4;

export function createPasswordHasher(pool: HashingPool, secrets: Secrets, cost: number): PasswordHasher {
  // Nobody knows an input that gives these random characters; comparing with them costs what a real hash costs.
  const dummy = `$2b$${cost}$${randomBytes(64).toString('base64').replaceAll('+', '.').replaceAll('=', '').slice(0, 53)}`;

  return {
    requireRoom: pool.requireRoom,
    hash: async (password, clientPrefix, isGone) => {
      const task = { kind: 'hash', input: pepper(secrets.current, password), cost } as const;
      return `${version}$${secrets.current.id}${await pool.run(task, clientPrefix, isGone)}`;
    },
    verify: async (password, stored, clientPrefix, isGone) => {
      const known = stored === null ? null : read(stored, secrets);
      const input = known === null || known.secret !== null ? pepper(known?.secret ?? secrets.current, password) : password;
      const task = { kind: 'compare', input, hash: known?.bcrypt ?? dummy } as const;
      const matches = (await pool.run(task, clientPrefix, isGone)) === true && known !== null;
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
