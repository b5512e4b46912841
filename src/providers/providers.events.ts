/** What happens to the ways in that are other people's. `docs/audit.md` explains each. */
export const providersEvents = {
  'identity.linked': {
    words: "An account at another provider opens this one from now on; the detail is the provider's id and the row's.",
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'identity' },
    mail: 'identity-linked',
  },
  'identity.unlinked': {
    words: 'An account at another provider opens this one no more.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'identity-unlinked',
  },
} as const;

export type ProvidersEvent = keyof typeof providersEvents;
