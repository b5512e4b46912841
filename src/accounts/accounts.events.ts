/** What happens to an account, by its owner. `docs/audit.md` explains each. */
export const accountsEvents = {
  'user.created': 'An operator made a user.',
  'password.changed': {
    words: 'A password was changed, or the current one was wrong.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'password-changed',
  },
  'password.set': {
    words: 'An account that had no password got one; every other session ended.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'password-added',
  },
  'password.distrusted': {
    words: 'A right password was found in the list of breached ones; the next login asks for a reset.',
    isShown: true,
    mail: 'password-distrusted',
  },
  'email.changed': {
    words: 'An address was changed, or the current password was wrong.',
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'address' },
    mail: 'email-changed',
  },
  'profile.changed': { words: 'A profile was changed.', isShown: true, dispute: { distrustsPassword: true } },
} as const;

/** What is noted here when it is refused, and where it succeeds when it does. */
export type AccountsEvent = keyof typeof accountsEvents | 'login' | 'session.reauthenticated';
