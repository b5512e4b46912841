import { z } from 'zod';
import { wholeNumber } from '../settings/rules';
import { section, setting } from '../settings/setting';

export const tokensSettings = section('Tokens and keys', {
  keyRotationDays: setting('AUTH_KEY_ROTATION_DAYS', wholeNumber(0, 3_650, 'whole days'), {
    default: '90',
    words: 'how long a key signs before the next one is made; 0 to 3650, 0 is never: see [keys](keys.md)',
  }),
  audience: setting('AUTH_AUDIENCE', z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters'), {
    shown: '`PUBLIC_URL`',
    words: '`aud` of access tokens',
  }),
});
