/** What happens to the policy of services behind this gateway. `docs/audit.md` explains each. */
export const upstreamEvents = {
  'policy.loaded': 'The gateway has started with a policy that has it serve a path itself; the detail tells the SHA-256 of the file.',
} as const;

export type UpstreamEvent = keyof typeof upstreamEvents;
