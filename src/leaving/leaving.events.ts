/** What happens to an account that goes away. `docs/audit.md` explains each. */
export const leavingEvents = {
  'account.deletion_scheduled': {
    words: 'An account is to be deleted, and every session ended; the detail tells when.',
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'deletion' },
    mail: 'deletion-scheduled',
  },
  'account.erased': 'A user was erased, with everything but the ids and the kinds of older events.',
} as const;

export type LeavingEvent = keyof typeof leavingEvents | 'account.deletion_cancelled';
