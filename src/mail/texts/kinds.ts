/** What a mail needs of the token that it is about: its code and its link, one of them, or no token at all. */
interface Needs {
  readonly code: boolean;
  readonly link: boolean;
}

const codeAndLink = { code: true, link: true } as const;
const codeAlone = { code: true, link: false } as const;
const linkAlone = { code: false, link: true } as const;
const notice = { code: false, link: false } as const;

/** Every mail that the gateway sends, by the name of its text. */
export const mailKinds = {
  /** To an address that somebody wants to register with. */
  'register-code': codeAndLink,
  /** The same, where the address has an account: its owner is told. */
  'register-taken': notice,
  'verify-code': codeAndLink,
  'reset-code': codeAndLink,
  'reset-disabled': notice,
  /** A reset of an account that is to be deleted: offers to keep it. */
  'reset-scheduled': linkAlone,
  'login-code': codeAndLink,
  'reauthentication-code': codeAlone,
  /** To the new address. */
  'change-code': codeAndLink,
  /** To the old address. */
  'email-change-requested': linkAlone,
  /** To the owner of an address that somebody else asked for. */
  'address-wanted': notice,
  /** To the old address with a link, to the new one without. */
  'email-changed': linkAlone,
  'password-changed': linkAlone,
  'password-added': linkAlone,
  'password-reset': linkAlone,
  'password-set': linkAlone,
  /** The password is in a list of those that were stolen elsewhere. */
  'password-distrusted': notice,
  'new-login': linkAlone,
  'account-exported': linkAlone,
  'totp-added': linkAlone,
  'totp-removed': linkAlone,
  'recovery-codes-renewed': linkAlone,
  'recovery-code-used': linkAlone,
  'second-factor-refused': linkAlone,
  'second-factor-reset': linkAlone,
  'identity-linked': linkAlone,
  'identity-unlinked': linkAlone,
  'passkey-added': linkAlone,
  'passkey-removed': linkAlone,
  'passkey-counter-went-back': linkAlone,
  'deletion-scheduled': linkAlone,
  'deletion-cancelled': notice,
  /** Of `gatehouse mail test`. */
  test: notice,
} as const satisfies Readonly<Record<string, Needs>>;

export type MailKind = keyof typeof mailKinds;

export const isMailKind = (kind: string): kind is MailKind => Object.hasOwn(mailKinds, kind);

/** Those that tell an owner what happened, with a link that disputes it. */
export type OwnerNotice =
  | 'email-change-requested'
  | 'email-changed'
  | 'password-changed'
  | 'password-added'
  | 'password-reset'
  | 'password-set'
  | 'new-login'
  | 'totp-added'
  | 'totp-removed'
  | 'recovery-codes-renewed'
  | 'recovery-code-used'
  | 'second-factor-refused'
  | 'second-factor-reset'
  | 'identity-linked'
  | 'identity-unlinked'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-counter-went-back'
  | 'account-exported';
