/** `docs/audit.md` explains it. */
export const breachedEvents = {
  'password.breach_check_failed':
    'The list of breached passwords could not be asked; the detail tells of which kind it is, and whether passwords pass meanwhile (open) or not. At most one a minute from each node.',
} as const;

export type BreachedEvent = keyof typeof breachedEvents;
