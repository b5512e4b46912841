import type { Config } from '../config';

/** What AUTH_EMAIL_VERIFICATION says. Where it says nothing: `on` where there is mail. */
export const emailVerificationOf = ({ emailVerification, mail }: Pick<Config, 'emailVerification' | 'mail'>): 'off' | 'on' | 'required' =>
  emailVerification ?? (mail.target === undefined ? 'off' : 'on');
