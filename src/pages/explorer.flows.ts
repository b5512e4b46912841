import { parse, print } from 'graphql';

/** A document that the explorers open with. `$…` in the variables is filled in by `explorer/sign-in.js`. */
export interface Flow {
  readonly name: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Nobody but the mailbox knows it: it is to be typed. In development the mailbox is a page. */
const codeOfMail = 'type the code of the mail';

const user = 'id username email name roles createdAt';
const tokens = `user { ${user} } session { id expiresAt } accessToken expiresIn refreshToken`;

/** Every flow, ready to run from the first to the last. The names of variables differ, so that one document can hold them all. */
export const flows: readonly Flow[] = [
  {
    name: 'Register',
    document: query('mutation Register($register: RegisterInput!)', `register(input: $register) { ${tokens} }`),
    variables: { register: { username: '$username', email: '$email', password: '$password' } },
  },
  {
    name: 'Log in',
    document: query('mutation Login($login: LoginInput!)', `login(input: $login) { ${tokens} }`),
    variables: { login: { username: '$username', password: '$password' } },
  },
  { name: 'Who am I', document: query('query Profile', `profile { ${user} emailVerified bio pictureUrl locale }`), variables: {} },
  {
    name: 'Why am I refused',
    document: query(
      'query AuthStatus',
      'authStatus { authenticated source considered { source accepted reason hint } expiresAt sessionExpiresAt serverTime }',
    ),
    variables: {},
  },
  {
    name: 'Confirm the address',
    document: query('mutation VerifyEmail($verify: MailCodeInput!)', 'verifyEmail(input: $verify) { verified }'),
    variables: { verify: { code: codeOfMail } },
  },
  {
    name: 'Update',
    document: query('mutation UpdateProfile($update: UpdateProfileInput!)', `updateProfile(input: $update) { user { ${user} bio } }`),
    variables: { update: { name: 'Kate', bio: 'Keeps the gate.' } },
  },
  {
    name: 'Sessions',
    document: query('query Sessions', 'sessions { id current userAgent ipAddress createdAt lastUsedAt expiresAt }'),
    variables: {},
  },
  {
    name: 'What happened',
    document: query(
      'query SecurityEvents',
      'securityEvents(first: 20) { nodes { id event outcome at network userAgent canDispute } hasNextPage }',
    ),
    variables: {},
  },
  {
    name: 'Refresh',
    document: query('mutation Refresh($refresh: RefreshInput)', `refresh(input: $refresh) { ${tokens} }`),
    variables: { refresh: { refreshToken: '$refreshToken' } },
  },
  {
    name: 'Log out',
    document: query('mutation Logout($logout: LogoutInput)', 'logout(input: $logout) { endedSessions }'),
    variables: { logout: { scope: 'CURRENT' } },
  },
  {
    name: 'Lost password',
    document: query(
      'mutation RequestPasswordReset($forgot: RequestCodeInput!)',
      'requestPasswordReset(input: $forgot) { attempt expiresAt resendAfterSeconds }',
    ),
    variables: { forgot: { email: '$email' } },
  },
  {
    name: 'New password',
    document: query('mutation ResetPassword($reset: ResetPasswordInput!)', 'resetPassword(input: $reset) { endedSessions }'),
    variables: { reset: { attempt: '$attempt', code: codeOfMail, newPassword: '$password' } },
  },
];

/** As people write it. */
function query(head: string, selection: string): string {
  return print(parse(`${head} { ${selection} }`));
}
