/** What happens to passkeys. `docs/audit.md` explains each. */
export const passkeysEvents = {
  'passkey.added': {
    words: 'A passkey or a security key was added. The detail is its id.',
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'passkey' },
    mail: 'passkey-added',
  },
  'passkey.removed': {
    words: 'A passkey or a security key was removed. The detail is its id.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'passkey-removed',
  },
} as const;

export type PasskeysEvent = keyof typeof passkeysEvents;
