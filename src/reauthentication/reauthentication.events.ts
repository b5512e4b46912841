/** What a proof of who is there is noted as. `docs/audit.md` explains it. */
export const reauthenticationEvents = {
  'session.reauthenticated': {
    words: 'Somebody proved once more who is there, or tried to.',
    isShown: true,
    dispute: { distrustsPassword: true },
  },
} as const;

export type ReauthenticationEvent = keyof typeof reauthenticationEvents;
