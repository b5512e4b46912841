/** What stands between a credential and a session. `docs/audit.md` explains each. */
export const admissionEvents = {
  'account.deletion_cancelled': { words: 'A deletion that was asked for was taken back.', isShown: true, mail: 'deletion-cancelled' },
} as const;

export type AdmissionEvent = keyof typeof admissionEvents;
