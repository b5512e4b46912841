import { z } from 'zod';
import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';
import { breachedSource } from './breached/breached.source';

export type PasswordPolicyName = 'basic' | 'standard' | 'strict';

export const passwordsSettings = section('Passwords', {
  passwordPolicy: setting('AUTH_PASSWORD_POLICY', z.enum(['basic', 'standard', 'strict'], { error: 'must be basic, standard or strict' }), {
    default: { development: 'basic', production: 'standard' },
    words:
      "`basic`: 8 to 256 characters, not the user's own name or address; `standard`: also not a commonly used password; `strict`: also at least 15 characters",
  }),
  passwordHash: setting('AUTH_PASSWORD_HASH', z.enum(['bcrypt', 'argon2id'], { error: 'must be bcrypt or argon2id' }), {
    default: 'bcrypt',
    words:
      'how passwords are hashed: `bcrypt`, or `argon2id`, which makes guessing dearer and a login cheaper; stored hashes follow at the next login',
  }),
  bcryptCost: setting('AUTH_BCRYPT_COST', wholeNumber(10, 15), {
    default: '12',
    words: '10 to 15; one more doubles the work of a login',
  }),
  argon2MemoryKib: setting('AUTH_ARGON2_MEMORY_KIB', wholeNumber(7_168, 262_144), {
    default: '19456',
    words: 'memory of one Argon2id hash in KiB, 7168 to 262144; each hashing thread needs as much',
  }),
  argon2Passes: setting('AUTH_ARGON2_PASSES', wholeNumber(1, 16), { default: '2', words: 'passes over that memory, 1 to 16' }),
  argon2Lanes: setting('AUTH_ARGON2_LANES', wholeNumber(1, 4), { default: '1', words: 'lanes of Argon2id, 1 to 4' }),
  breachedPasswords: setting('AUTH_BREACHED_PASSWORDS', breachedSource, {
    words:
      '`file:PATH` or `range:URL`: where [breached passwords](passwords.md#breached-passwords) are looked up, a list of this machine or a service that learns five digits of a hash',
  }),
  breachedFail: setting('AUTH_BREACHED_FAIL', z.enum(['open', 'closed'], { error: 'must be open or closed' }), {
    default: 'open',
    words: 'what becomes of a new password while the list cannot be asked: `open` lets it pass, `closed` is `UNAVAILABLE`',
  }),
  hashThreads: setting('AUTH_HASH_THREADS', wholeNumber(1, 64), { shown: 'one a core', words: 'threads that hash passwords; 1 to 64' }),
});
