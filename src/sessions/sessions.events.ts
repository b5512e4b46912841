/** What begins and ends sessions. `docs/audit.md` explains each. */
export const sessionsEvents = {
  'user.registered': { words: 'Somebody registered, and is logged in.', isShown: true },
  login: {
    words:
      'A session began, by a password, a code or a passkey; or none did, and the detail tells what was wrong or what is still asked for.',
    isShown: true,
    dispute: { distrustsPassword: true },
    mail: 'new-login',
  },
  logout: { words: 'A session ended itself, the others of its user, or all of them.', isShown: true },
  'session.revoked': { words: 'One session was ended from another one of the same user.', isShown: true },
  'session.displaced': { words: 'A login beyond AUTH_SESSIONS_PER_USER ended the oldest session.', isShown: true },
  'session.refresh_reused': { words: 'A spent refresh token came back; its session was ended.', isShown: true },
} as const;

export type SessionsEvent = keyof typeof sessionsEvents;
