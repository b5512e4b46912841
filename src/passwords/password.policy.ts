import { Failure, type Issue } from '../errors';
import type { BreachedPasswords } from './breached/breached-passwords';
import type { PasswordPolicyName } from './passwords.settings';

/** What a password must not be a variant of. */
export interface PasswordOwner {
  readonly username: string;
  readonly email: string;
  readonly name?: string | null | undefined;
}

/** Refuses a password with every reason at once. */
export interface PasswordPolicy {
  /** Every reason to refuse it that needs no look-up elsewhere. */
  readonly judge: (password: string, owner: PasswordOwner, path: string) => Promise<readonly Issue[]>;
  /** Asks whether it is known from a breach, once and where nothing else refuses it. @throws {Failure} WEAK_PASSWORD, UNAVAILABLE */
  readonly check: (password: string, owner: PasswordOwner, path: string) => Promise<void>;
}

const minLength = { basic: 8, standard: 8, strict: 15 } as const satisfies Record<PasswordPolicyName, number>;
const maxLength = 256;

/** In Unicode code points. */
export const passwordLengths = (name: PasswordPolicyName) => ({ minLength: minLength[name], maxLength });

/**
 * Length counts Unicode code points, as typed and in the normal form: one letter may be eighteen in it (U+FDFA), and eight may be one.
 * There are no rules of composition (NIST SP 800-63B-4 §3.1.1.2,
 * ASVS 5.0 6.2.1, 6.2.5). `standard` and `strict` refuse commonly used passwords too (ASVS 6.2.4),
 * and each of them those that are known from a breach, where a list of them is configured (ASVS 6.2.12).
 */
export function createPasswordPolicy(
  name: PasswordPolicyName,
  breached: Pick<BreachedPasswords, 'includes'> | null = null,
): PasswordPolicy {
  const judge: PasswordPolicy['judge'] = async (password, owner, path) => {
    const normal = password.normalize('NFKC');
    const messages = [
      ...lengthProblems([[...password].length, [...normal].length], minLength[name]),
      ...(isOwn(normal, owner) ? ['must not be your own name or address'] : []),
      ...(name !== 'basic' && (await isCommon(normal)) ? ['is one of the most commonly used passwords'] : []),
    ];
    return messages.map((message) => ({ path, message }));
  };
  return {
    judge,
    check: async (password, owner, path) => {
      const issues = await judge(password, owner, path);
      if (issues.length > 0) throw new Failure('WEAK_PASSWORD', { issues });
      if (await breached?.includes(password))
        throw new Failure('WEAK_PASSWORD', { issues: [{ path, message: 'appears in a known breach' }] });
    },
  };
}

function lengthProblems(lengths: readonly number[], least: number): string[] {
  if (Math.min(...lengths) < least) return [`must have at least ${least} characters`];
  return Math.max(...lengths) > maxLength ? [`must have at most ${maxLength} characters`] : [];
}

/** Compares letters and digits alone, in lower case, so that `Kate-Smith!` is `katesmith`. */
function isOwn(password: string, { username, email, name }: PasswordOwner): boolean {
  const own = [username, email, email.split('@')[0] ?? '', name ?? ''].map(lettersAndDigits).filter((word) => word.length > 0);
  const bare = lettersAndDigits(password);
  return own.some((word) => bare === word || bare === [...word].reverse().join('') || bare === word + word);
}

const lettersAndDigits = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

let commonPasswords: Promise<ReadonlySet<string>> | undefined;

async function isCommon(password: string): Promise<boolean> {
  commonPasswords ??= loadCommonPasswords(); // 49,000 words: read when a policy first asks
  return (await commonPasswords).has(password.toLowerCase());
}

async function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set(Object.values(dictionary['passwords-common'] ?? []).map((word) => String(word).normalize('NFKC').toLowerCase()));
}
