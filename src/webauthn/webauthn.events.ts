/** What a passkey itself tells. `docs/audit.md` explains it. */
export const webauthnEvents = {
  'passkey.counter_went_back': {
    words: 'A passkey was refused, because its counter was not higher than before: there may be a copy of it. The detail is its id.',
    isShown: true,
    dispute: { distrustsPassword: false, undoes: 'passkey', alsoRefused: true },
    mail: 'passkey-counter-went-back',
  },
} as const;

export type WebauthnEvent = keyof typeof webauthnEvents;
