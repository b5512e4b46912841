/** For the document of the REST door. */
export const described = {
  query: {
    role: 'A role that the caller needs; given more than once, every one is needed. No parameter but these is known, and a question with another is refused.',
    fresh: 'How many seconds ago somebody may have shown who is there, at most: 1 to 86400.',
    mfa: '1: the log-in has to stand on two factors.',
    permission: 'A permission that the caller needs, such as orders:refund; given more than once, every one is needed.',
  },
  headers: {
    'X-Forwarded-Method': 'The method of the request that is asked about; so does X-Original-Method.',
    'X-Forwarded-Uri': 'Its address, from the path on; so do X-Original-URI, and X-Original-URL with scheme and host.',
    'X-Forwarded-Host': 'Its host; so does X-Original-Host.',
    'X-Forwarded-Proto': 'Its scheme; so does X-Original-Proto.',
  },
  answerHeaders: {
    'X-Auth-User-Id': "The caller's id.",
    'X-Auth-Username': 'Percent-encoded in UTF-8 where it is not printable ASCII.',
    'X-Auth-Email': 'Percent-encoded likewise.',
    'X-Auth-Roles': 'Separated by commas; empty for none.',
    'X-Auth-Permissions': 'What the roles stand for, separated by commas; empty for none.',
    'X-Auth-Session-Id': "The session's id.",
  },
  redirect: 'A browser without a session is led to the page to log in, where there is one and the proxy can pass a redirect on.',
} as const;

/** The same for nobody: what is public is let through, and no claim of the client with it. */
export const nobody: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(described.answerHeaders).map((name) => [name.toLowerCase(), '']),
);
