import { z } from 'zod';
import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';

export type PasswordPolicyName = 'basic' | 'standard' | 'strict';

export const passwordsSettings = section('Passwords', {
  passwordPolicy: setting('AUTH_PASSWORD_POLICY', z.enum(['basic', 'standard', 'strict'], { error: 'must be basic, standard or strict' }), {
    default: { development: 'basic', production: 'standard' },
    words:
      "`basic`: 8 to 256 characters, not the user's own name or address; `standard`: also not a commonly used password; `strict`: also at least 15 characters",
  }),
  bcryptCost: setting('AUTH_BCRYPT_COST', wholeNumber(10, 15), {
    default: '12',
    words: '10 to 15; one more doubles the work of a login',
  }),
  hashThreads: setting('AUTH_HASH_THREADS', wholeNumber(1, 64), { shown: 'one a core', words: 'threads that hash passwords; 1 to 64' }),
});
