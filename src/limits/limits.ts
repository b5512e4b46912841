import type { Config } from '../config';

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
}

export interface Limits {
  /** An account from one network: a few tries, then growing waits (ASVS 5.0 6.3.1). */
  readonly loginFromNetwork: Limit;
  /** An account from a device that its owner has used before: its own budget, out of everybody else's reach. */
  readonly loginFromDevice: Limit;
  /** Any account from one network: catches those who try one password on many. */
  readonly loginOfNetwork: Limit;
  /** An account from anywhere: at most 100 failures in a row, 50 for each of its two names (NIST SP 800-63B-4 §3.2.2). */
  readonly loginOfAccount: Limit;
  readonly register: Limit;
  /** The current password, asked of somebody who is logged in. */
  readonly passwordCheck: Limit;
  readonly refresh: Limit;
  /** The secret of one service client, from one network. */
  readonly clientFromNetwork: Limit;
  /** The secrets of any service clients, from one network. */
  readonly clientOfNetwork: Limit;
}

export function createLimits(config: Config['limits']): Limits {
  // The longest wait is shorter than the window: a bucket must not be empty again when its next try is due.
  const waiting = {
    windowSeconds: config.windowSeconds,
    firstWaitSeconds: 30,
    longestWaitSeconds: Math.floor((config.windowSeconds * 2) / 3),
  };
  return {
    loginFromNetwork: { name: 'login', free: config.login, ...waiting },
    loginFromDevice: { name: 'login-device', free: config.login, ...waiting },
    loginOfNetwork: { name: 'login-network', free: config.loginNetwork, ...waiting },
    loginOfAccount: {
      name: 'login-account',
      free: config.loginAccount,
      windowSeconds: 86_400,
      firstWaitSeconds: 900,
      longestWaitSeconds: 3_600,
    },
    register: { name: 'register', free: config.registerNetwork, windowSeconds: 3_600, firstWaitSeconds: 60, longestWaitSeconds: 1_800 },
    passwordCheck: { name: 'password-check', free: config.passwordCheck, ...waiting },
    refresh: { name: 'refresh', free: config.refresh, windowSeconds: 60, firstWaitSeconds: 5, longestWaitSeconds: 40 },
    clientFromNetwork: { name: 'client', free: config.client, ...waiting },
    clientOfNetwork: { name: 'client-network', free: config.clientNetwork, ...waiting },
  };
}
