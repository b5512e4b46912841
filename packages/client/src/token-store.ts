/** What a client keeps of being signed in. */
export interface Tokens {
  readonly accessToken: string;
  /** By the clock of this machine, in milliseconds since 1970: counted from when the tokens were asked for. */
  readonly accessExpiresAt: number;
  /** Life of the access token as the gateway gave it, in seconds. */
  readonly accessLifetimeSeconds: number;
  /** Null where the gateway keeps it in a cookie. */
  readonly refreshToken: string | null;
  /** `Idempotency-Key` of a refresh that was begun and whose answer has not come: the next one is sent with it too. */
  readonly refreshKey?: string;
}

/** Where the tokens are kept. Everybody who reads the same store is signed in as the same session. */
export interface TokenStore {
  readonly read: () => Tokens | null | Promise<Tokens | null>;
  /** Null: signed out. */
  readonly write: (tokens: Tokens | null) => void | Promise<void>;
  /**
   * Runs `work` while nobody else who uses this store runs theirs, in this process or another. Left out: the store
   * belongs to one client alone.
   */
  readonly exclusively?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Tells when somebody else has written. Gives back the way to stop. */
  readonly subscribe?: (listener: () => void) => () => void;
}

/**
 * Tokens in memory: gone with the page, and out of reach for a script that can only read storage. The default. Each
 * tab is its own session.
 */
export function memoryTokenStore(initial: Tokens | null = null): TokenStore {
  let tokens = initial;
  return {
    read: () => tokens,
    write: (next) => {
      tokens = next;
    },
  };
}
