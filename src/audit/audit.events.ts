/** Every event that is kept, and what it says. `docs/audit.md` explains each, and a test holds the two together. */
export const auditEvents = {
  'user.registered': 'Somebody registered, and is logged in.',
  'user.created': 'An operator made a user.',
  'user.disabled': 'An operator disabled a user; every session ended.',
  'user.enabled': 'An operator let a disabled user in again.',
  'user.roles_changed': 'An operator set the roles of a user.',
  'user.password_set': 'An operator set a password; every session ended.',
  'user.email_set': 'An operator set the address of a user.',
  'user.email_verified': 'An operator took the address of a user for verified.',
  'account.erased': 'A user was erased, with everything but the ids and the kinds of older events.',
  'user.sessions_revoked': 'An operator ended every session of a user.',
  login: 'A password was compared, and a session began or not.',
  logout: 'A session ended itself, the others of its user, or all of them.',
  'session.revoked': 'One session was ended from another one of the same user.',
  'session.displaced': 'A login beyond AUTH_SESSIONS_PER_USER ended the oldest session.',
  'session.refresh_reused': 'A spent refresh token came back; its session was ended.',
  'password.changed': 'A password was changed, or the current one was wrong.',
  'email.changed': 'An address was changed, or the current password was wrong.',
  'profile.changed': 'A profile was changed.',
  'key.created': 'A signing key was made; the detail tells its kid, and from when it signs in place of the one before.',
  'key.activated': 'A next key signs before its time, because the active one was removed.',
  'key.removed': 'An operator removed a signing key; its tokens are refused.',
  'key.erased': 'The private part of a key was erased, because its last token has expired.',
  'client.created': 'An operator made a service client.',
  'client.deleted': 'An operator deleted a service client; its secret opens nothing.',
  'client.refused': 'Somebody named a service client, or one that does not exist, with a wrong secret.',
  'limit.reached': 'The last free try of a limit was used up; the detail names the limit, and further tries have to wait.',
} as const;

/** Too frequent for a row: a line in the log alone. */
export const loggedEvents = {
  'session.refreshed': 'A refresh token was spent for a new pair of tokens.',
} as const;

export type AuditEventName = keyof typeof auditEvents;
export type LoggedEventName = keyof typeof loggedEvents;
