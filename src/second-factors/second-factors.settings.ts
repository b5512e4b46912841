import { z } from 'zod';
import { commaSeparated, wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';
import { roleName, roleNameRule } from '../users/user';

const roles = z
  .string()
  .transform((value) => (value === '' ? [] : commaSeparated(value)))
  .refine((names) => names.every((name) => roleName.test(name)), `must be comma-separated roles, each of ${roleNameRule}`);

export const secondFactorsSettings = section('Second factors', {
  totpDrift: setting('AUTH_TOTP_DRIFT', wholeNumber(0, 2), {
    default: '1',
    words: 'how many steps of 30 s the clock of an authenticator app may be off, to each side; 0 is ASVS 6.5.5 to the letter',
  }),
  secondFactorRoles: setting('AUTH_SECOND_FACTOR_ROLES', roles, {
    default: '',
    shown: 'none',
    words:
      'comma-separated roles: nobody who has one of them gets a session without a [second factor](second-factors.md); log-in leads to it',
  }),
});

export type SecondFactorsSettings = ValuesOf<typeof secondFactorsSettings>;
