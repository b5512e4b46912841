/** What an operator does to users. `docs/audit.md` explains each. */
export const usersEvents = {
  'user.disabled': 'An operator disabled a user; every session ended.',
  'user.enabled': 'An operator let a disabled user in again.',
  'user.roles_changed': 'An operator set the roles of a user.',
  'user.password_set': 'An operator set a password; every session ended.',
  'user.email_set': 'An operator set the address of a user.',
  'user.email_verified': 'An operator took the address of a user for verified.',
  'account.erased': 'A user was erased, with everything but the ids and the kinds of older events.',
  'user.sessions_revoked': 'An operator ended every session of a user.',
} as const;

export type UsersEvent = keyof typeof usersEvents;
