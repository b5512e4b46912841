import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ErrorCode } from './error-codes.js';
import { GatehouseError } from './gatehouse-error.js';
import {
  type AuthFieldsFragment,
  LoginDocument,
  type LoginInput,
  LogoutDocument,
  type LogoutInput,
  RefreshDocument,
  RegisterDocument,
  type RegisterInput,
} from './operations.js';
import { createRenewal } from './renewal.js';
import { type FetchFunction, isRefused, withBearer } from './request.js';
import { memoryTokenStore, type TokenStore, type Tokens } from './token-store.js';
import { createTransport } from './transport.js';

export interface GatehouseOptions {
  /** Where the gateway is, as `https://auth.example.com`; empty for the page's own origin. */
  readonly url: string;
  /** {@link memoryTokenStore} when left out. */
  readonly store?: TokenStore;
  /** The global one when left out. */
  readonly fetch?: FetchFunction;
  /** `include` where the gateway is on another origin and keeps cookies. */
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  /** Milliseconds since 1970; `Date.now` when left out. Only differences count: it may be wrong. */
  readonly now?: () => number;
}

/** Whether somebody is signed in; of a sign-out that nobody asked for, why. */
export interface SignedState {
  readonly signedIn: boolean;
  readonly reason?: ErrorCode;
}

export interface Gatehouse {
  /** @throws {GatehouseError} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, RATE_LIMITED, UNAVAILABLE */
  readonly register: (input: RegisterInput) => Promise<SignedInAs>;
  /** @throws {GatehouseError} BAD_USER_INPUT, INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly login: (input: LoginInput) => Promise<SignedInAs>;
  /**
   * Ends sessions at the gateway, then forgets the tokens if this session was among them. When the gateway cannot be
   * reached it throws and everything stays as it was: signed out is what the gateway says, not what a page hides.
   */
  readonly logout: (input?: LogoutInput) => Promise<{ readonly endedSessions: number }>;
  /** Forgets the tokens here and tells nobody: the session goes on until it expires. */
  readonly forget: () => Promise<void>;
  /**
   * At the start of a page that keeps its refresh token in a cookie (`delivery: 'COOKIE'`): whether somebody is still signed in.
   * @throws {GatehouseError} UNAVAILABLE, RATE_LIMITED, FORBIDDEN where the page's origin is not allowed
   */
  readonly resume: () => Promise<boolean>;
  readonly isSignedIn: () => Promise<boolean>;
  /** An access token that is good for the next seconds, refreshed where it must be; null when nobody is signed in. */
  readonly accessToken: () => Promise<string | null>;
  /** What {@link accessToken} gives after a server refused `token`: another one, or null when the session has ended. */
  readonly replacementFor: (token: string) => Promise<string | null>;
  /** `fetch`, signed in: for the REST door, for your own API behind the gateway, and for any GraphQL client that takes one. */
  readonly fetch: FetchFunction;
  /** Runs a typed document. @throws {GatehouseError} the first error of the answer */
  readonly request: <Result, Variables>(
    document: TypedDocumentNode<Result, Variables>,
    ...variables: Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables]
  ) => Promise<Result>;
  /** Tells of every sign-in and sign-out, those of other tabs included. Gives back the way to stop. */
  readonly onChange: (listener: (state: SignedState) => void) => () => void;
}

/** Who signed in, and the session that began. The tokens went into the store. */
export type SignedInAs = Pick<AuthFieldsFragment, 'user' | 'session'>;

/**
 * A client of one gateway. It sends the access token with every request, refreshes it shortly before it expires, and
 * makes one refresh serve all who wait for it, in this page and in the others that share the store.
 */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { url, store = memoryTokenStore(), credentials, now = Date.now } = options;
  const send: FetchFunction = options.fetch ?? ((input, init) => fetch(input, init));
  const transport = createTransport({ endpoint: `${url.replace(/\/+$/, '')}/graphql`, credentials, fetch: send });
  const listeners = new Set<(state: SignedState) => void>();
  const tell = (state: SignedState): void => {
    for (const listener of listeners) listener(state);
  };

  const exclusively = store.exclusively ?? (<T>(work: () => Promise<T>) => work());
  const refresh = async (refreshToken: string | null): Promise<Tokens> => {
    const askedAt = now();
    const { refresh: payload } = await transport.post(RefreshDocument, { input: refreshToken === null ? null : { refreshToken } });
    return toTokens(payload, askedAt);
  };
  const renewal = createRenewal({ store, exclusively, refresh, now, onEnded: (reason) => tell({ signedIn: false, reason }) });

  const keep = async (payload: AuthFieldsFragment, askedAt: number): Promise<SignedInAs> => {
    await exclusively(async () => store.write(toTokens(payload, askedAt)));
    tell({ signedIn: true });
    return { user: payload.user, session: payload.session };
  };

  const forget = async (): Promise<void> => {
    await exclusively(async () => store.write(null));
    tell({ signedIn: false });
  };

  const authorizedFetch: FetchFunction = async (input, init) => {
    const request = withBearer(input, init);
    const token = request.isAuthorized ? null : await renewal.accessToken();
    const response = await send(...request.with(token));
    if (token === null || !request.isRepeatable || !(await isRefused(response))) return response;
    const next = await renewal.replacementFor(token);
    return next === null ? response : send(...request.with(next));
  };
  const signedIn = createTransport({ endpoint: transport.endpoint, credentials, fetch: authorizedFetch });

  return {
    register: async (input) => {
      const askedAt = now();
      return keep((await transport.post(RegisterDocument, { input })).register, askedAt);
    },
    login: async (input) => {
      const askedAt = now();
      return keep((await transport.post(LoginDocument, { input })).login, askedAt);
    },
    logout: async (input = {}) => {
      const payload = await signedIn.post(LogoutDocument, { input }).catch((error: unknown) => {
        // No session to end: that is what was wanted.
        if (error instanceof GatehouseError && error.code === 'UNAUTHENTICATED') return { logout: { endedSessions: 0 } };
        throw error;
      });
      if (input.scope !== 'OTHERS') await forget();
      return payload.logout;
    },
    forget,
    resume: async () => {
      const wasSignedIn = (await store.read()) !== null;
      const isSignedIn = (await renewal.resume()) !== null;
      if (isSignedIn && !wasSignedIn) tell({ signedIn: true });
      return isSignedIn;
    },
    isSignedIn: async () => (await store.read()) !== null,
    accessToken: renewal.accessToken,
    replacementFor: renewal.replacementFor,
    fetch: authorizedFetch,
    request: (document, ...[variables]) => signedIn.post(document, variables),
    onChange: (listener) => {
      const stop = store.subscribe?.(() => void Promise.resolve(store.read()).then((tokens) => listener({ signedIn: tokens !== null })));
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        stop?.();
      };
    },
  };
}

/** Counted from when they were asked for: the token was made after that, so it is good for at least as long. */
const toTokens = ({ accessToken, expiresIn, refreshToken }: AuthFieldsFragment, askedAt: number): Tokens => ({
  accessToken,
  accessExpiresAt: askedAt + expiresIn * 1000,
  accessLifetimeSeconds: expiresIn,
  refreshToken,
});
