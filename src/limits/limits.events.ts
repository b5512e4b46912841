/** What the ledger of attempts notes. `docs/audit.md` explains each. */
export const limitsEvents = {
  'limit.reached': 'The last free try of a limit was used up; the detail names the limit, and further tries have to wait.',
} as const;

export type LimitsEvent = keyof typeof limitsEvents;
