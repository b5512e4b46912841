/** What an operator does to users. `docs/audit.md` explains each. */
export const usersEvents = {
  'user.disabled': { words: 'An operator disabled a user; every session ended.', isShown: true },
  'user.enabled': { words: 'An operator let a disabled user in again.', isShown: true },
  'user.roles_changed': { words: 'An operator set the roles of a user.', isShown: true },
  'user.password_set': {
    words: 'An operator set a password; every session ended.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'password-set',
  },
  'user.email_set': { words: 'An operator set the address of a user.', isShown: true },
  'user.email_verified': { words: 'An operator took the address of a user for verified.', isShown: true },
  'user.reset_sent': { words: 'An operator had a code for a new password sent.', isShown: true },
  'user.second_factor_reset': {
    words: 'An operator removed every second factor of a user.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'second-factor-reset',
  },
  'user.sessions_revoked': { words: 'An operator ended every session of a user.', isShown: true },
} as const;

export type UsersEvent = keyof typeof usersEvents;
