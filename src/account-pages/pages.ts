import { deletePage } from './account/delete';
import { emailPage } from './account/email';
import { eventsPage } from './account/events';
import { exportPage } from './account/export';
import { overviewPage } from './account/overview';
import { passwordPage } from './account/password';
import { profilePage } from './account/profile';
import { recoveryCodesPage } from './account/recovery-codes';
import { securityPage } from './account/security';
import { totpPage } from './account/totp';
import { addSecondFactorPage } from './entry/add-second-factor';
import { comeBackPage } from './entry/come-back';
import { confirmPage } from './entry/confirm';
import { forgotPasswordPage } from './entry/forgot-password';
import { loginPage } from './entry/login';
import { loginCodePage } from './entry/login-code';
import { logoutPage } from './entry/logout';
import { providerCallbackPage, providerPage } from './entry/provider';
import { linkAccountPage, newcomerPage } from './entry/provider-account';
import { registerPage } from './entry/register';
import { registerCompletePage } from './entry/register-complete';
import { resetPasswordPage } from './entry/reset-password';
import { secondFactorPage } from './entry/second-factor';
import { verifyEmailPage } from './entry/verify-email';
import type { Page } from './page';
import { addPasskeyPage } from './passkeys/add-passkey';
import { passkeyPage } from './passkeys/passkey';

/** Every page of people, but the one of a mail's link. */
export const accountPages: readonly Page[] = [
  loginPage,
  loginCodePage,
  secondFactorPage,
  addSecondFactorPage,
  comeBackPage,
  providerPage,
  providerCallbackPage,
  linkAccountPage,
  newcomerPage,
  registerPage,
  registerCompletePage,
  verifyEmailPage,
  forgotPasswordPage,
  resetPasswordPage,
  logoutPage,
  confirmPage,
  overviewPage,
  profilePage,
  emailPage,
  passwordPage,
  securityPage,
  passkeyPage,
  addPasskeyPage,
  totpPage,
  recoveryCodesPage,
  eventsPage,
  exportPage,
  deletePage,
];
