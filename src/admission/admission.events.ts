/** What stands between a credential and a session. `docs/audit.md` explains each. */
export const admissionEvents = {
  'account.deletion_cancelled': 'A deletion that was asked for was taken back.',
} as const;

export type AdmissionEvent = keyof typeof admissionEvents;
