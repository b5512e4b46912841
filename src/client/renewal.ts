import type { ErrorCode } from './error-codes.js';
import type { Exclusively } from './exclusive.js';
import { GatehouseError } from './gatehouse-error.js';
import type { TokenStore, Tokens } from './token-store.js';

export interface Renewal {
  /** A token that is still good for a while; null when nobody is signed in. @throws when it had to be refreshed and could not */
  readonly accessToken: () => Promise<string | null>;
  /** Another token than `refused`, which a server did not accept; null when the session has ended. */
  readonly replacementFor: (refused: string) => Promise<string | null>;
  /** Tokens for the refresh token that the browser keeps in a cookie, where the store has none. @throws when it could not be asked */
  readonly resume: () => Promise<Tokens | null>;
}

interface Dependencies {
  readonly store: TokenStore;
  readonly exclusively: Exclusively;
  /** Spends a refresh token at the gateway. */
  readonly refresh: (refreshToken: string | null) => Promise<Tokens>;
  readonly now: () => number;
  readonly onEnded: (reason: ErrorCode) => void;
}

/** A token is replaced when a tenth of its life is left, and at the latest half a minute before its end. */
const marginOf = ({ accessLifetimeSeconds }: Tokens): number => Math.min(30_000, accessLifetimeSeconds * 100);

/** Only the gateway's own word ends a session: an outage, a proxy's error page or a lost connection keep the tokens. */
const endings: ReadonlySet<string> = new Set<ErrorCode>(['INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED']);

export function createRenewal({ store, exclusively, refresh, now, onEnded }: Dependencies): Renewal {
  /** Ahead of now by more than its whole life: the clock has been set back meanwhile, and tells nothing. */
  const isFresh = (tokens: Tokens): boolean => {
    const left = tokens.accessExpiresAt - now();
    return left > marginOf(tokens) && left <= tokens.accessLifetimeSeconds * 1000;
  };

  const renewOnce = async (refused: string): Promise<Tokens | null> => {
    const presented = await store.read();
    // While this waited for its turn, somebody else may have done the work.
    if (presented === null || (presented.accessToken !== refused && isFresh(presented))) return presented;
    try {
      const tokens = await refresh(presented.refreshToken);
      await store.write(tokens);
      return tokens;
    } catch (error) {
      if (!(error instanceof GatehouseError) || !endings.has(error.code)) throw error;
      const current = await store.read();
      // A store without a lock: another tab has refreshed in between, and its tokens are the ones that count.
      if (current !== null && current.refreshToken !== presented.refreshToken) return current;
      await store.write(null);
      onEnded(error.code);
      return null;
    }
  };

  const resumeOnce = async (): Promise<Tokens | null> => {
    const known = await store.read();
    if (known !== null) return known;
    try {
      const tokens = await refresh(null);
      await store.write(tokens);
      return tokens;
    } catch (error) {
      if (error instanceof GatehouseError && endings.has(error.code)) return null; // nobody was signed in
      throw error;
    }
  };

  let renewing: Promise<Tokens | null> | undefined;
  const oneAtATime = (work: () => Promise<Tokens | null>): Promise<Tokens | null> => {
    renewing ??= exclusively(work).finally(() => {
      renewing = undefined;
    });
    return renewing;
  };
  const renew = (refused: string): Promise<Tokens | null> => oneAtATime(() => renewOnce(refused));

  return {
    accessToken: async () => {
      const tokens = await store.read();
      if (tokens === null || isFresh(tokens)) return tokens?.accessToken ?? null;
      try {
        return (await renew(tokens.accessToken))?.accessToken ?? null;
      } catch (error) {
        if (tokens.accessExpiresAt > now()) return tokens.accessToken; // the margin is there for this
        throw error;
      }
    },
    replacementFor: async (refused) => {
      const tokens = await store.read();
      if (tokens !== null && tokens.accessToken !== refused && isFresh(tokens)) return tokens.accessToken;
      return (await renew(refused))?.accessToken ?? null;
    },
    resume: () => oneAtATime(resumeOnce),
  };
}
