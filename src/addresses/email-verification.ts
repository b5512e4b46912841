import type { Config } from '../config';

/** What AUTH_EMAIL_VERIFICATION says; where it says nothing, `on`. Without mail nothing is proved, whatever it says. */
export const emailVerificationOf = ({ emailVerification, mail }: Pick<Config, 'emailVerification' | 'mail'>): 'off' | 'on' | 'required' =>
  mail.target === undefined ? 'off' : (emailVerification ?? 'on');
