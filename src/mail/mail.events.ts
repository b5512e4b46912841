/** What happens to mails that cannot be sent. `docs/audit.md` explains each. */
export const mailEvents = {
  'mail.failed':
    'A mail was given up: refused for good, or not taken while its code was good. The detail tells its kind and why, and no address.',
} as const;

export type MailEvent = keyof typeof mailEvents;
