import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { HashingStatistics } from './hashing.pool';
import type { PasswordHasher } from './password.hasher';
import type { PasswordPolicy } from './password.policy';
import { passwordsSettings } from './passwords.settings';

type Gives = { readonly hasher: PasswordHasher; readonly policy: PasswordPolicy; readonly hashing: () => HashingStatistics };

/** Hashing threads, and what a password may be. */
export const passwordsFeature: Feature<Foundation, Gives> = {
  name: 'passwords',
  settings: [passwordsSettings],
  open: async ({ config, secrets, database }, closing) => {
    const { createHashingPool } = await import('./hashing.pool');
    const { createPasswordHasher, maxCost } = await import('./password.hasher');
    const { createPasswordPolicy } = await import('./password.policy');
    const { dearestStoredCost } = await import('./stored-costs');
    const dearestStored = await dearestStoredCost(database, maxCost).catch(() => 0); // a dearer one is found out when it is first compared
    const pool = closing.push(createHashingPool(config.hashThreads), (open) => open.close());
    return {
      hasher: createPasswordHasher(pool, secrets, config.bcryptCost, dearestStored),
      policy: createPasswordPolicy(config.passwordPolicy),
      hashing: pool.statistics,
    };
  },
};
