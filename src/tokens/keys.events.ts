/** What happens to signing keys. `docs/audit.md` explains each. */
export const keysEvents = {
  'key.created': 'A signing key was made; the detail tells its kid, and from when it signs in place of the one before.',
  'key.activated': 'A next key signs before its time, because the active one was removed.',
  'key.removed': 'An operator removed a signing key; its tokens are refused.',
  'key.erased': 'The private part of a key was erased, because its last token has expired.',
} as const;

export type KeysEvent = keyof typeof keysEvents;
