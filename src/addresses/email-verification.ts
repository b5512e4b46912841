import type { Config } from '../config';
import { hasMail } from '../mail/mail.url';

/** What AUTH_EMAIL_VERIFICATION says; where it says nothing, `on`. Without mail nothing is proved, whatever it says. */
export const emailVerificationOf = (config: Pick<Config, 'emailVerification' | 'mail' | 'testMode'>): 'off' | 'on' | 'required' =>
  hasMail(config) ? (config.emailVerification ?? 'on') : 'off';
