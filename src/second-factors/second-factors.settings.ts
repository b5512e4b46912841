import { wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

export const secondFactorsSettings = section('Second factors', {
  totpDrift: setting('AUTH_TOTP_DRIFT', wholeNumber(0, 2), {
    default: '1',
    words: 'how many steps of 30 s the clock of an authenticator app may be off, to each side; 0 is ASVS 6.5.5 to the letter',
  }),
});

export type SecondFactorsSettings = ValuesOf<typeof secondFactorsSettings>;
