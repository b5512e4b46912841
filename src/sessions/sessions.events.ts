/** What begins and ends sessions. `docs/audit.md` explains each. */
export const sessionsEvents = {
  'user.registered': 'Somebody registered, and is logged in.',
  login: 'A password was compared, and a session began or not.',
  logout: 'A session ended itself, the others of its user, or all of them.',
  'session.revoked': 'One session was ended from another one of the same user.',
  'session.displaced': 'A login beyond AUTH_SESSIONS_PER_USER ended the oldest session.',
  'session.refresh_reused': 'A spent refresh token came back; its session was ended.',
} as const;

export type SessionsEvent = keyof typeof sessionsEvents;
