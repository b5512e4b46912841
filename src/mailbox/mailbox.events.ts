/** What is done by showing a mailbox. `docs/audit.md` explains each. */
export const mailboxEvents = {
  'password.reset_requested': { words: "Somebody asked for a new password, for an address that may be nobody's.", isShown: true },
  'password.reset': {
    words: 'A new password was set by a mail; every session ended.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'password-reset',
  },
  'code.refused': 'A code of a mail was wrong, used up or too old.',
} as const;

/** Of other features: a session begins or not, an address is another one. */
export type MailboxEvent = keyof typeof mailboxEvents | 'login' | 'email.verified' | 'email.changed' | 'user.registered';
