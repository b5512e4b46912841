import type { AuditService } from '../audit/audit.service';
import type { Closing } from '../closing';
import type { Config } from '../config';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { breachedEvents } from './breached/breached.events';
import { parseBreachedSource } from './breached/breached.source';
import type { BreachedPasswords } from './breached/breached-passwords';
import { type HashRecipe, noRecipes } from './hash-recipe';
import type { HashingStatistics } from './hashing.pool';
import type { PasswordHasher } from './password.hasher';
import type { PasswordPolicy } from './password.policy';
import { addPasswordsCommands } from './passwords.commands';
import { passwordsSettings } from './passwords.settings';

type Gives = {
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly hashing: () => HashingStatistics;
  /** Null: no list is configured. */
  readonly breached: BreachedPasswords | null;
};

/** Hashing threads, and what a password may be. @throws {BreachedFileError} when it opens */
export const passwordsFeature: Feature<Foundation & { readonly audit: AuditService }, Gives> = {
  name: 'passwords',
  settings: [passwordsSettings],
  auditEvents: breachedEvents,
  open: async ({ config, secrets, database, ...house }, closing) => {
    const { createHashingPool } = await import('./hashing.pool');
    const { createPasswordHasher } = await import('./password.hasher');
    const { createPasswordPolicy } = await import('./password.policy');
    const { dearestStored } = await import('./stored-recipes');
    const stored = await dearestStored(database).catch(() => noRecipes); // a dearer one is found out when it is first compared
    const breached = await openList(config, house, closing);
    const pool = closing.push(createHashingPool(config.hashThreads), (open) => open.close());
    return {
      hasher: createPasswordHasher(pool, secrets, recipeOf(config), stored),
      policy: createPasswordPolicy(config.passwordPolicy, breached),
      hashing: pool.statistics,
      breached,
    };
  },
  commands: addPasswordsCommands,
};

async function openList(
  { breachedPasswords, breachedFail }: Config,
  house: Pick<Foundation, 'clock' | 'logger'> & { readonly audit: AuditService },
  closing: Closing,
): Promise<BreachedPasswords | null> {
  const source = parseBreachedSource(breachedPasswords ?? '');
  if (source === null) return null;
  const { openBreachedPasswords } = await import('./breached/breached-passwords');
  return openBreachedPasswords(source, breachedFail, house, closing);
}
/** Of new hashes. */
const recipeOf = ({ passwordHash, bcryptCost, argon2MemoryKib, argon2Passes, argon2Lanes }: Foundation['config']): HashRecipe =>
  passwordHash === 'bcrypt'
    ? { algorithm: 'bcrypt', cost: bcryptCost }
    : { algorithm: 'argon2id', memoryKiB: argon2MemoryKib, passes: argon2Passes, lanes: argon2Lanes };
