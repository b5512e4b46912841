import type { LimitsSettings } from './limits.settings';

/**
 * How often something may be tried. The first `free` tries of a window cost nothing; after that every try has to wait, twice as
 * long each time, from `firstWaitSeconds` to `longestWaitSeconds`, until the bucket has rested for `windowSeconds`.
 */
export interface Limit {
  /** As clients see it in `RateLimit` headers. */
  readonly name: string;
  readonly free: number;
  readonly windowSeconds: number;
  readonly firstWaitSeconds: number;
  readonly longestWaitSeconds: number;
  /** Whether a right try empties the bucket, besides counting for nothing: it is of one account, and of one place or one session. */
  readonly isEmptiedByRight: boolean;
}

/** The waits after the last free try and after each that follows, in seconds: doubling, and the last of the seven for all that follow. */
export const waitsOf = ({ firstWaitSeconds, longestWaitSeconds }: Limit): number[] =>
  [0, 1, 2, 3, 4, 5, 6].map((step) => (step === 6 ? longestWaitSeconds : Math.min(firstWaitSeconds * 2 ** step, longestWaitSeconds)));

/** How many times the tries of one IPv6 network (/64) a whole site (/48) has: a few households or offices share one, and one attacker has a whole one. */
export const siteFactor = 4;

/** The same limit for the site that an IPv6 network lies in. */
export const ofSite = (limit: Limit): Limit => ({ ...limit, name: `${limit.name}-site`, free: limit.free * siteFactor });

export interface Limits {
  /** An account from one network: a few tries, then growing waits (ASVS 5.0 6.3.1). */
  readonly loginFromNetwork: Limit;
  /** An account from a device that its owner has used before: its own budget, out of everybody else's reach. */
  readonly loginFromDevice: Limit;
  /** An account from all of its known devices: whoever has collected device tokens has not collected budgets. */
  readonly loginOfDevices: Limit;
  /** Any account from one network: catches those who try one password on many. */
  readonly loginOfNetwork: Limit;
  /** An account from anywhere: at most 100 failures in a row, 50 for each of its two names (NIST SP 800-63B-4 §3.2.2). */
  readonly loginOfAccount: Limit;
  readonly register: Limit;
  /** The current password, asked of somebody who is logged in. */
  readonly passwordCheck: Limit;
  /** Changes of one user's profile: each is a row in the audit, and a new name tells whether it is taken. */
  readonly profile: Limit;
  readonly refresh: Limit;
  /** Mails that somebody asked for, to one address. */
  readonly mailToAddress: Limit;
  /** The same to any addresses, from one network. */
  readonly mailFromNetwork: Limit;
  /** Codes of one account's mails, from one network. */
  readonly codeFromNetwork: Limit;
  /** Codes of one account's mails, from anywhere but its sessions and known devices. */
  readonly codeOfAccount: Limit;
  /** The same by somebody who is logged in: nobody else can use these up. */
  readonly codeOfSession: Limit;
  /** The same from a device that the owner has used before. */
  readonly codeFromDevice: Limit;
  /** Second factors of one account. */
  readonly secondFactor: Limit;
  /** The same from a device that the owner has used before: nobody else can use these up. */
  readonly secondFactorFromDevice: Limit;
  /** The same from anywhere but known devices: at most 100 failures in a row (NIST SP 800-63B-4 §3.2.2). */
  readonly secondFactorOfAccount: Limit;
  /** Log-ins through other providers, from one network: each asks the provider. */
  readonly providerFromNetwork: Limit;
  /** Passkeys of any accounts, from one network. */
  readonly passkeyOfNetwork: Limit;
  /** The account as one document. */
  readonly export: Limit;
  /** The secret of one service client, from one network. */
  readonly clientFromNetwork: Limit;
  /** The secrets of any service clients, from one network. */
  readonly clientOfNetwork: Limit;
}

export function createLimits(config: LimitsSettings): Limits {
  // The longest wait is shorter than the window: a bucket must not be empty again when its next try is due.
  const waiting = {
    windowSeconds: config.windowSeconds,
    firstWaitSeconds: 30,
    longestWaitSeconds: Math.floor((config.windowSeconds * 2) / 3),
    isEmptiedByRight: false,
  };
  const ofOne = { ...waiting, isEmptiedByRight: true };
  const aDay = { windowSeconds: 86_400, firstWaitSeconds: 900, longestWaitSeconds: 3_600, isEmptiedByRight: false };
  const anHour = { windowSeconds: 3_600, firstWaitSeconds: 60, longestWaitSeconds: 1_800, isEmptiedByRight: false };
  const aMinute = { windowSeconds: 60, firstWaitSeconds: 5, longestWaitSeconds: 40, isEmptiedByRight: false };
  return {
    loginFromNetwork: { name: 'login', free: config.login, ...ofOne },
    loginFromDevice: { name: 'login-device', free: config.login, ...ofOne },
    loginOfDevices: { name: 'login-devices', free: config.loginAccount, ...aDay },
    loginOfNetwork: { name: 'login-network', free: config.loginNetwork, ...waiting },
    loginOfAccount: { name: 'login-account', free: config.loginAccount, ...aDay },
    register: { name: 'register', free: config.registerNetwork, ...anHour },
    passwordCheck: { name: 'password-check', free: config.passwordCheck, ...ofOne },
    profile: { name: 'profile', free: config.profile, ...waiting },
    mailToAddress: { name: 'mail-address', free: config.mailAddress, ...anHour },
    mailFromNetwork: { name: 'mail-network', free: config.mailNetwork, ...anHour },
    codeFromNetwork: { name: 'code', free: config.code, ...waiting },
    codeOfAccount: { name: 'code-account', free: config.codeAccount, ...aDay, firstWaitSeconds: 30, longestWaitSeconds: 600 },
    codeOfSession: { name: 'code-session', free: config.code, ...ofOne },
    codeFromDevice: { name: 'code-device', free: config.code, ...ofOne },
    secondFactor: { name: 'second-factor', free: config.secondFactor, ...ofOne },
    secondFactorFromDevice: { name: 'second-factor-device', free: config.secondFactor, ...ofOne },
    secondFactorOfAccount: { name: 'second-factor-account', free: config.secondFactorAccount, ...aDay, isEmptiedByRight: true },
    providerFromNetwork: { name: 'provider-network', free: config.providerNetwork, ...waiting },
    passkeyOfNetwork: { name: 'passkey-network', free: config.passkeyNetwork, ...waiting },
    export: { name: 'export', free: config.export, ...aDay, firstWaitSeconds: 3_600 },
    refresh: { name: 'refresh', free: config.refresh, ...aMinute },
    clientFromNetwork: { name: 'client', free: config.client, ...ofOne },
    clientOfNetwork: { name: 'client-network', free: config.clientNetwork, ...waiting },
  };
}
