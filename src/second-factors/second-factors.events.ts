/** What happens to second factors. `docs/audit.md` explains each. */
export const secondFactorsEvents = {
  'totp.added': {
    words: 'An authenticator app was added.',
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'totp' },
    mail: 'totp-added',
  },
  'totp.removed': {
    words: 'The authenticator app was removed.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'totp-removed',
  },
  'recovery_codes.renewed': {
    words: 'New recovery codes were made, and the earlier ones are worth nothing.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'recovery-codes-renewed',
  },
  'recovery_code.used': {
    words: 'A recovery code took the place of the authenticator app.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'recovery-code-used',
  },
  'second_factor.refused': {
    words: 'A second factor was wrong: a code of an authenticator app, a recovery code, or a passkey.',
    isShown: true,
    dispute: { distrustsPassword: true, alsoRefused: true },
    mail: 'second-factor-refused',
  },
} as const;

export type SecondFactorsEvent = keyof typeof secondFactorsEvents;
