/** What happens to the address of an account. `docs/audit.md` explains each. */
export const addressesEvents = {
  'email.verified': { words: 'The mailbox of an account was proved.', isShown: true },
  'email.change_requested': {
    words: 'A new address was asked for; the old one counts until the new one is proved.',
    isShown: true,
    dispute: { distrustsPassword: true, undoes: 'pending address' },
    mail: 'email-change-requested',
  },
  'email.change_cancelled': { words: 'A new address that was asked for was dropped.', isShown: true },
} as const;

export type AddressesEvent = keyof typeof addressesEvents;
