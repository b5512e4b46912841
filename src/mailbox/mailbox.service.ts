import type { AuthConfig } from './auth-config';
import type { EmailChange } from './email-change';
import type { LoginCode } from './login-code';
import type { PasswordReset } from './password-reset';
import type { Registration } from './registration';
import type { EmailVerification } from './verify-email';

/** What is done by showing a mailbox: each subject has a file of its own. */
export interface MailboxService extends Registration, EmailVerification, PasswordReset, EmailChange, LoginCode {
  /** What a form needs to know. */
  readonly authConfig: () => Promise<AuthConfig>;
}
