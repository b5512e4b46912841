import type { ErrorCode } from './error-codes.js';
import { GatehouseError } from './gatehouse-error.js';
import { newIdempotencyKey } from './idempotency-key.js';
import type { TokenStore, Tokens } from './token-store.js';
import type { InTurn } from './turns.js';

/** Where a request gets its access token from. */
export interface TokenSource {
  /** A token that is still good for a while; null when nobody is signed in. @throws when it had to be refreshed and could not */
  readonly accessToken: () => Promise<string | null>;
  /** Another token than `refused`, which a server did not accept; null when the session has ended. */
  readonly replacementFor: (refused: string) => Promise<string | null>;
}

export interface Renewal extends TokenSource {
  /** Tokens for the refresh token that the browser keeps in a cookie, where the store has none. @throws when it could not be asked */
  readonly resume: () => Promise<Tokens | null>;
  /** For work that has the turn already. */
  readonly inTurn: TokenSource;
}

/** A refresh token to be spent at the gateway. */
export interface Spending {
  /** Null: the one in the cookie. */
  readonly refreshToken: string | null;
  readonly idempotencyKey: string | undefined;
  /** Nobody may be signed in at all: then a refusal is no failed request, which browsers show in red. */
  readonly isQuestion: boolean;
}

interface Dependencies {
  readonly store: TokenStore;
  readonly inTurn: InTurn;
  readonly refresh: (spending: Spending) => Promise<Tokens>;
  readonly now: () => number;
  readonly onEnded: (reason: ErrorCode) => void;
}

/** A token is replaced when a tenth of its life is left, and at the latest half a minute before its end. */
const marginOf = ({ accessLifetimeSeconds }: Tokens): number => Math.min(30_000, accessLifetimeSeconds * 100);

/** Only the gateway's own word ends a session: an outage, a proxy's error page or a lost connection keep the tokens. */
const endings: ReadonlySet<string> = new Set<ErrorCode>(['INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED']);
const isEnding = (error: unknown): error is GatehouseError => error instanceof GatehouseError && endings.has(error.code);

const isSame = (left: Tokens | null, right: Tokens | null): boolean =>
  left?.accessToken === right?.accessToken && left?.refreshToken === right?.refreshToken;

export function createRenewal({ store, inTurn, refresh, now, onEnded }: Dependencies): Renewal {
  /** Ahead of now by more than its whole life: the clock has been set back meanwhile, and tells nothing. */
  const isFresh = (tokens: Tokens): boolean => {
    const left = tokens.accessExpiresAt - now();
    return left > marginOf(tokens) && left <= tokens.accessLifetimeSeconds * 1000;
  };

  /** Written down before the refresh is sent: when its answer is lost, the next one has the same key, also after a reload. */
  const withKey = async (tokens: Tokens): Promise<Tokens> => {
    const refreshKey = tokens.refreshKey ?? newIdempotencyKey();
    if (refreshKey === undefined || refreshKey === tokens.refreshKey) return tokens;
    const keyed = { ...tokens, refreshKey };
    await store.write(keyed);
    return keyed;
  };

  /** Over the tokens that were presented alone: who signed in or out meanwhile is not overwritten by a late answer. */
  const writeOver = async (
    presented: Tokens | null,
    tokens: Tokens | null,
  ): Promise<{ readonly current: Tokens | null; done: boolean }> => {
    const current = await store.read();
    if (!isSame(current, presented)) return { current, done: false };
    await store.write(tokens);
    return { current: tokens, done: true };
  };

  const renewOnce = async (refused: string): Promise<Tokens | null> => {
    const found = await store.read();
    // While this waited for its turn, somebody else may have done the work.
    if (found === null || (found.accessToken !== refused && isFresh(found))) return found;
    const presented = await withKey(found);
    try {
      const tokens = await refresh({ refreshToken: presented.refreshToken, idempotencyKey: presented.refreshKey, isQuestion: false });
      return (await writeOver(presented, tokens)).current;
    } catch (error) {
      if (!isEnding(error)) throw error;
      const { current, done } = await writeOver(presented, null);
      if (done) onEnded(error.code);
      return current;
    }
  };

  let resumeKey: string | undefined;
  const resumeOnce = async (): Promise<Tokens | null> => {
    const known = await store.read();
    if (known !== null) return known;
    resumeKey ??= newIdempotencyKey();
    try {
      const tokens = await refresh({ refreshToken: null, idempotencyKey: resumeKey, isQuestion: true });
      resumeKey = undefined;
      return (await writeOver(null, tokens)).current;
    } catch (error) {
      if (!isEnding(error)) throw error;
      resumeKey = undefined;
      return null; // nobody was signed in
    }
  };

  const sourceWith = (renew: (refused: string) => Promise<Tokens | null>): TokenSource => ({
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
  });

  let renewing: Promise<Tokens | null> | undefined;
  const oneAtATime = (begin: () => Promise<Tokens | null>): Promise<Tokens | null> => {
    renewing ??= begin().finally(() => {
      renewing = undefined;
    });
    return renewing;
  };

  return {
    ...sourceWith((refused) => oneAtATime(() => inTurn(() => renewOnce(refused)))),
    inTurn: sourceWith(renewOnce),
    resume: () => oneAtATime(() => inTurn(resumeOnce, { cookie: true })),
  };
}
