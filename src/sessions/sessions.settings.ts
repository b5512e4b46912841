import { dayInSeconds, seconds, wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

const tenYearsInSeconds = 3_650 * dayInSeconds;

export const sessionsSettings = section(
  'Sessions and tokens',
  {
    accessTokenSeconds: setting('AUTH_ACCESS_TOKEN_SECONDS', seconds(1, dayInSeconds), {
      default: '900',
      words: 'life of an access token; 1 to 86,400',
    }),
    refreshIdleSeconds: setting('AUTH_REFRESH_IDLE_SECONDS', seconds(1, tenYearsInSeconds), {
      default: String(30 * dayInSeconds),
      shown: '`2592000` (30 days)',
      words: 'a session ends when it is not refreshed for so long; not shorter than `AUTH_ACCESS_TOKEN_SECONDS`, at most 3,650 days',
    }),
    sessionMaxSeconds: setting('AUTH_SESSION_MAX_SECONDS', seconds(1, tenYearsInSeconds), {
      default: String(90 * dayInSeconds),
      shown: '`7776000` (90 days)',
      words:
        'a session ends after so long, however often it is refreshed; not shorter than `AUTH_REFRESH_IDLE_SECONDS`, at most 3,650 days',
    }),
    refreshGraceSeconds: setting('AUTH_REFRESH_GRACE_SECONDS', seconds(0, 300), {
      default: '10',
      words: 'how long a spent refresh token is answered with its successor; 0 to 300, 0 is never',
    }),
    freshSeconds: setting('AUTH_FRESH_SECONDS', seconds(60, 3_600), {
      default: '600',
      words: 'how long a session counts as fresh after somebody has proved who is there; 60 to 3,600',
    }),
    sessionsPerUser: setting('AUTH_SESSIONS_PER_USER', wholeNumber(1, 10_000), {
      default: '50',
      words: 'how many sessions a user may have: a login beyond that ends the oldest; 1 to 10,000',
    }),
  },
  {
    between: ({ accessTokenSeconds, refreshIdleSeconds, sessionMaxSeconds }) => [
      ...(Number(refreshIdleSeconds) < Number(accessTokenSeconds)
        ? [{ variable: 'AUTH_REFRESH_IDLE_SECONDS', rule: 'must not be shorter than AUTH_ACCESS_TOKEN_SECONDS' }]
        : []),
      ...(Number(sessionMaxSeconds) < Number(refreshIdleSeconds)
        ? [{ variable: 'AUTH_SESSION_MAX_SECONDS', rule: 'must not be shorter than AUTH_REFRESH_IDLE_SECONDS' }]
        : []),
    ],
  },
);

export type SessionsSettings = ValuesOf<typeof sessionsSettings>;
