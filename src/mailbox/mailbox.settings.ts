import { z } from 'zod';
import { onOff } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

export const mailboxSettings = section(
  'Accounts',
  {
    registration: setting('AUTH_REGISTRATION', z.enum(['open', 'verified', 'closed'], { error: 'must be open, verified or closed' }), {
      default: 'open',
      words:
        '`open`: `register` makes an account; `verified`: an address is proved first, and nobody is told which addresses have an account (needs mail); ' +
        '`closed`: operators alone make accounts',
    }),
    emailLogin: setting('AUTH_EMAIL_LOGIN', onOff, {
      default: 'off',
      words: 'log in by a code that is mailed; needs mail, and is a fault with `AUTH_PASSWORD_POLICY=strict` (NIST SP 800-63B-4 §3.1.3.1)',
    }),
  },
  {
    between: ({ emailLogin, passwordPolicy, registration, emailVerification, target, testMode }) => [
      ...(emailLogin === true && passwordPolicy === 'strict'
        ? [
            {
              variable: 'AUTH_EMAIL_LOGIN',
              rule: 'must be off with AUTH_PASSWORD_POLICY=strict: a code by mail is no strong proof (NIST SP 800-63B-4 §3.1.3.1)',
            },
          ]
        : []),
      ...(target === undefined && testMode !== true && registration === 'verified' ? [needsMail('AUTH_REGISTRATION', 'verified')] : []),
      ...(target === undefined && testMode !== true && emailVerification === 'required'
        ? [needsMail('AUTH_EMAIL_VERIFICATION', 'required')]
        : []),
    ],
    warnings: ({ emailLogin, target, testMode }) =>
      emailLogin !== true
        ? []
        : [
            target === undefined && testMode !== true
              ? 'AUTH_EMAIL_LOGIN is on, and there is no mail (AUTH_MAIL_URL): nobody can log in by a code'
              : 'AUTH_EMAIL_LOGIN is on: whoever reads the mailbox of somebody without a second factor can log in',
          ],
  },
);

const needsMail = (variable: string, value: string) => ({ variable, rule: `must not be ${value} without mail: set AUTH_MAIL_URL` });

export type MailboxSettings = ValuesOf<typeof mailboxSettings>;
