/** What happens to an account, by its owner. `docs/audit.md` explains each. */
export const accountsEvents = {
  'user.created': 'An operator made a user.',
  'password.changed': 'A password was changed, or the current one was wrong.',
  'password.distrusted': 'A right password was found in the list of breached ones; the next login asks for a reset.',
  'email.changed': 'An address was changed, or the current password was wrong.',
  'profile.changed': 'A profile was changed.',
} as const;

/** What is noted here when it is refused, and where it succeeds when it does. */
export type AccountsEvent = keyof typeof accountsEvents | 'login' | 'session.reauthenticated';
