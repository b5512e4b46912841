import { createHmac } from 'node:crypto';
import { networksOf } from '../network';
import type { Requester } from '../requester';
import type { Secret, Secrets } from '../secrets';
import { type DearestRecipes, type HashRecipe, isSameRecipe, type KnownHash, noRecipes, readHash, withRecipe } from './hash-recipe';
import type { HashingPool } from './hashing.pool';
import { createOwedWork } from './owed-work';

/**
 * Password storage: `gh1$<pepper id>` + bcrypt or Argon2id of base64(HMAC-SHA-384(pepper, NFKC(password))), as each writes its hash.
 *
 * bcrypt reads 72 bytes and stops at a NUL (CVE-2025-22228, ASVS 5.0 6.2.9 wants 64 characters of any kind): 48 HMAC
 * bytes are 64 base64 characters, always below that, and the pepper makes a stolen database useless alone. NFKC lets
 * one password be typed on any keyboard (NIST SP 800-63B-4 §3.1.1.2). `gh1` is the version.
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
export type HashingCaller = Pick<Requester, 'ipAddress' | 'isGone' | 'deadline'>;

export interface Verification {
  readonly matches: boolean;
  /** It matches, and was made with another version, cost or pepper than today's. */
  readonly isOutdated: boolean;
}

const version = 'gh1';

/** `recipe`: of new hashes. `stored`: the dearest of each kind among the stored hashes that can be verified, where it is known. */
export function createPasswordHasher(
  pool: HashingPool,
  secrets: Secrets,
  recipe: HashRecipe,
  stored: DearestRecipes = noRecipes,
): PasswordHasher {
  const owedWork = createOwedWork(withRecipe(stored, recipe));

  return {
    requireRoom: (caller) => pool.requireRoom(networksOf(caller)),
    hash: async (password, caller) => {
      const task = { kind: 'hash', input: pepper(secrets.current, password), recipe } as const;
      const hash = await caller.deadline.whileWaiting(() => pool.run(task, networksOf(caller), caller.isGone));
      return `${version}$${secrets.current.id}${hash}`;
    },
    verify: async (password, stored, caller) => {
      const known = stored === null ? null : read(stored, secrets);
      const input = known === null || known.secret !== null ? pepper(known?.secret ?? secrets.current, password) : password;
      const task = { kind: 'compare', input, ...owedWork.comparison(known?.hash ?? null) } as const;
      const isEqual = await caller.deadline.whileWaiting(() => pool.run(task, networksOf(caller), caller.isGone));
      const matches = isEqual === true && known !== null;
      return { matches, isOutdated: matches && (known.secret !== secrets.current || !isSameRecipe(known.hash.recipe, recipe)) };
    },
  };
}

const pepper = (secret: Secret, password: string): string =>
  createHmac('sha384', secret.key('password-pepper')).update(password.normalize('NFKC')).digest('base64');

interface StoredHash {
  /** Null: a plain bcrypt hash of an imported user, made from the password itself. */
  readonly secret: Secret | null;
  readonly hash: KnownHash;
}

const ownFormat = /^gh1\$([0-9a-f]{8})(?=\$)/;

/** Null: nothing that this gateway could verify. */
function read(stored: string, secrets: Secrets): StoredHash | null {
  const [own = '', pepperId] = ownFormat.exec(stored) ?? [];
  const hash = readHash(stored.slice(own.length));
  if (hash === null) return null;
  if (pepperId === undefined) return hash.recipe.algorithm === 'bcrypt' ? { secret: null, hash } : null;
  const secret = secrets.find(pepperId);
  return secret === undefined ? null : { secret, hash };
}
