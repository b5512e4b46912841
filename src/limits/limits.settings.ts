import { dayInSeconds, seconds, wholeNumber } from '../settings/rules';
import { section, setting, type ValuesOf } from '../settings/setting';

const tries = <const Words extends string>(variable: string, free: number, words: Words) =>
  setting(variable, wholeNumber(1, 1_000_000), { default: String(free), words });

/** How many tries are free before every further one has to wait: see limits.ts. */
export const limitsSettings = section(
  'Limits',
  {
    login: tries('AUTH_LIMIT_LOGIN', 5, 'tries for one account from one network, and from one known device'),
    loginNetwork: tries('AUTH_LIMIT_LOGIN_NETWORK', 100, 'tries for any accounts from one network'),
    loginAccount: tries('AUTH_LIMIT_LOGIN_ACCOUNT', 50, 'tries for one name from anywhere but known devices, in a day'),
    registerNetwork: tries('AUTH_LIMIT_REGISTER_NETWORK', 200, 'registrations from one network, in an hour'),
    passwordCheck: tries('AUTH_LIMIT_PASSWORD_CHECK', 10, 'tries at the current password by somebody who is logged in'),
    profile: tries('AUTH_LIMIT_PROFILE', 30, "changes of one user's profile"),
    refresh: tries('AUTH_LIMIT_REFRESH', 60, 'refreshes of one session, in a minute'),
    mailAddress: tries('AUTH_LIMIT_MAIL_ADDRESS', 3, 'mails that somebody asks for to one address, in an hour'),
    mailNetwork: tries('AUTH_LIMIT_MAIL_NETWORK', 20, 'mails that one network asks for, in an hour'),
    code: tries('AUTH_LIMIT_CODE', 10, "codes of one account's mails from one network, from one session, and from one known device"),
    codeAccount: tries(
      'AUTH_LIMIT_CODE_ACCOUNT',
      100,
      "codes of one account's mails from anywhere but its sessions and known devices, in a day",
    ),
    secondFactor: tries('AUTH_LIMIT_SECOND_FACTOR', 5, 'second factors of one account, and from one known device'),
    secondFactorAccount: tries(
      'AUTH_LIMIT_SECOND_FACTOR_ACCOUNT',
      100,
      'second factors of one account from anywhere but known devices, in a day',
    ),
    providerNetwork: tries('AUTH_LIMIT_PROVIDER_NETWORK', 30, 'log-ins through other providers that failed, from one network'),
    passkeyNetwork: tries('AUTH_LIMIT_PASSKEY_NETWORK', 30, 'passkeys that were refused, of any accounts, from one network'),
    export: tries('AUTH_LIMIT_EXPORT', 5, 'exports of one account, in a day'),
    client: tries('AUTH_LIMIT_CLIENT', 10, 'wrong secrets of one service client from one network'),
    clientNetwork: tries('AUTH_LIMIT_CLIENT_NETWORK', 100, 'wrong secrets of any service clients from one network'),
    windowSeconds: setting('AUTH_LIMIT_WINDOW_SECONDS', seconds(60, dayInSeconds), {
      default: '900',
      words: 'how long the buckets of logins, secrets, profiles and password checks must rest to be empty again; 60 to 86,400',
    }),
  },
  {
    under: 'limits',
    introduction:
      'How many tries are free, before every further one has to wait: 30 seconds, then twice as long each time. [Limits](limits.md) has more.',
  },
);

export type LimitsSettings = ValuesOf<typeof limitsSettings>['limits'];
