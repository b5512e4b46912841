import type { PasswordPolicyName } from '../config';
import { Failure, type Issue } from '../errors';

/** What a password must not be a variant of. */
export interface PasswordOwner {
  readonly username: string;
  readonly email: string;
  readonly name?: string | null | undefined;
}

/** Refuses a password with every reason at once. */
export interface PasswordPolicy {
  /** @throws {Failure} WEAK_PASSWORD */
  readonly check: (password: string, owner: PasswordOwner, path: string) => Promise<void>;
}

const minLength = { basic: 8, standard: 8, strict: 15 } as const satisfies Record<PasswordPolicyName, number>;
const maxLength = 256;

/**
 * Length counts Unicode code points of the normal form; there are no rules of composition (NIST SP 800-63B-4 §3.1.1.2,
 * ASVS 5.0 6.2.1, 6.2.5). `standard` and `strict` refuse commonly used passwords too (ASVS 6.2.4).
 */
export function createPasswordPolicy(name: PasswordPolicyName): PasswordPolicy {
  return {
    check: async (password, owner, path) => {
      const normal = password.normalize('NFKC');
      const messages = [
        ...lengthProblems([...normal].length, minLength[name]),
        ...(isOwn(normal, owner) ? ['must not be your own name or address'] : []),
        ...(name !== 'basic' && (await isCommon(normal)) ? ['is one of the most commonly used passwords'] : []),
      ];
      if (messages.length > 0) throw new Failure('WEAK_PASSWORD', { issues: messages.map((message): Issue => ({ path, message })) });
    },
  };
}

function lengthProblems(length: number, least: number): string[] {
  if (length < least) return [`must have at least ${least} characters`];
  return length > maxLength ? [`must have at most ${maxLength} characters`] : [];
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
