import type { ErrorCode } from './error-codes.js';
import type { KeyValueStorage, LockManager } from './exclusive.js';
import { GatehouseError } from './gatehouse-error.js';
import {
  AddPasskeyDocument,
  type AddPasskeyMutation,
  type AuthFieldsFragment,
  CompleteLoginDocument,
  type CompleteLoginInput,
  CompleteProviderLoginDocument,
  type CompleteProviderLoginInput,
  CompleteRegistrationDocument,
  type CompleteRegistrationInput,
  LoginDocument,
  type LoginInput,
  LoginWithCodeDocument,
  type LoginWithCodeInput,
  LoginWithPasskeyDocument,
  LogoutDocument,
  type LogoutInput,
  NewPasskeyOptionsDocument,
  type NewPasskeyOptionsInput,
  PasskeyOptionsDocument,
  RefreshDocument,
  RegisterDocument,
  type RegisterInput,
  StartProviderLoginDocument,
} from './operations.js';
import { type AskOptions, createPasskey, getPasskey } from './passkeys.js';
import { createProviderFlows } from './providers.js';
import { createRenewal, type Spending } from './renewal.js';
import { type FetchFunction, signedFetch } from './request.js';
import { memoryTokenStore, type TokenStore, type Tokens } from './token-store.js';
import { createTransport } from './transport.js';
import { createTurns } from './turns.js';
import type { TypedDocumentNode } from './typed-document.js';

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
  /** How long a turn is waited for that another tab has, in milliseconds; then it goes on without. 5,000 when left out. */
  readonly lockWaitMs?: number;
  /** Where a log-in at another provider is kept until the browser is back; the tab's `sessionStorage` when left out. */
  readonly flowStorage?: KeyValueStorage;
}

/** Whether somebody is signed in; of a sign-out that nobody asked for, why. */
export interface SignedState {
  readonly signedIn: boolean;
  readonly reason?: ErrorCode;
}

export interface Gatehouse {
  /** @throws {GatehouseError} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, RATE_LIMITED, UNAVAILABLE */
  readonly register: (input: RegisterInput) => Promise<SignedInAs>;
  /**
   * @throws {GatehouseError} BAD_USER_INPUT, INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE; and what stands between a right password and a session:
   * SECOND_FACTOR_REQUIRED and DELETION_SCHEDULED with a `challenge`, EMAIL_NOT_VERIFIED and PASSWORD_RESET_REQUIRED with an `attempt`
   */
  readonly login: (input: LoginInput) => Promise<SignedInAs>;
  /** The same with the code of a mail. @throws {GatehouseError} INVALID_CODE, and as `login` does */
  readonly loginWithCode: (input: LoginWithCodeInput) => Promise<SignedInAs>;
  /** The same with what another provider has sent the browser back with, and a flow that the caller kept. @throws {GatehouseError} INVALID_CODE, PROVIDER_FAILED, LINK_REQUIRED */
  readonly completeProviderLogin: (input: CompleteProviderLoginInput) => Promise<SignedInAs>;
  /**
   * Goes on with a log-in by the `challenge` of its refusal.
   * @throws {GatehouseError} INVALID_CODE, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED, UNAVAILABLE; and what stands before it still
   */
  readonly completeLogin: (input: CompleteLoginInput) => Promise<SignedInAs>;
  /** Where an account begins with the code of a mail. @throws {GatehouseError} INVALID_CODE, and as `register` does */
  readonly completeRegistration: (input: CompleteRegistrationInput) => Promise<SignedInAs>;
  /**
   * Begins a log-in at another provider, and keeps its flow in this tab. Where to send the browser: `location.assign(url)`.
   * `redirectUri`: a page for this provider alone, which calls {@link finishProviderLogin}.
   * @throws {GatehouseError} BAD_USER_INPUT, FEATURE_DISABLED, PROVIDER_FAILED, RATE_LIMITED
   */
  readonly beginProviderLogin: (provider: string, redirectUri: string) => Promise<string>;
  /**
   * On that page, once: `response` is its query (`location.search`). What it is refused with and has a `challenge`, {@link completeLogin} goes on with.
   * @throws {GatehouseError} INVALID_CODE (nothing is under way in this tab, or at another provider), PROVIDER_FAILED, USERNAME_REQUIRED,
   * LINK_REQUIRED, SECOND_FACTOR_REQUIRED, DELETION_SCHEDULED, EMAIL_NOT_VERIFIED, FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE
   */
  readonly finishProviderLogin: (provider: string, completion: ProviderCompletion) => Promise<SignedInAs>;
  /**
   * Logs in with a passkey, without a name: after a button, or with `mediation: 'conditional'` from the list of autofill, where the promise waits
   * until somebody takes one. With the `challenge` of SECOND_FACTOR_REQUIRED it goes on with that log-in.
   * @throws {GatehouseError} INVALID_CREDENTIALS, INVALID_CODE, FORBIDDEN (the account of the challenge has none), DELETION_SCHEDULED, FEATURE_DISABLED,
   * RATE_LIMITED, UNAVAILABLE; and the browser's own errors
   */
  readonly logInWithPasskey: (options?: PasskeyLogin) => Promise<SignedInAs>;
  /**
   * Makes a passkey and adds it to the account of whoever is signed in. `recoveryCodes` are shown once.
   * @throws {GatehouseError} REAUTHENTICATION_REQUIRED, EMAIL_NOT_VERIFIED, FEATURE_DISABLED, BAD_USER_INPUT, UNAVAILABLE; and the browser's own errors
   */
  readonly registerPasskey: (options?: NewPasskey) => Promise<AddPasskeyMutation['addPasskey']>;
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

export interface PasskeyLogin extends AskOptions {
  readonly delivery?: LoginInput['delivery'];
  readonly challenge?: string;
}

export type ProviderCompletion = Omit<CompleteProviderLoginInput, 'flow'>;

export interface NewPasskey {
  /** Left out: its maker's. */
  readonly name?: string;
  /** `SECURITY_KEY`: need not verify who touches it, and counts beside a password alone. */
  readonly kind?: NonNullable<NewPasskeyOptionsInput['kind']>;
}

/** Who signed in, and the session that began. The tokens went into the store. */
export type SignedInAs = Pick<AuthFieldsFragment, 'user' | 'session'>;

/**
 * A client of one gateway. It sends the access token with every request, refreshes it shortly before it expires, and
 * makes one refresh serve all who wait for it, in this page and in the others that share the store.
 */
export function createGatehouse(options: GatehouseOptions): Gatehouse {
  const { url, store = memoryTokenStore(), credentials, now = Date.now, lockWaitMs = 5_000 } = options;
  const send: FetchFunction = options.fetch ?? ((input, init) => fetch(input, init));
  const transport = createTransport({ endpoint: `${url.replace(/\/+$/, '')}/graphql`, credentials, fetch: send });
  const listeners = new Set<(state: SignedState) => void>();
  const tell = (state: SignedState): void => {
    for (const listener of listeners) listener(state);
  };

  const { locks } = (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator ?? {};
  const inTurn = createTurns({ store, locks, endpoint: transport.endpoint, lockWaitMs });
  const refresh = async ({ refreshToken, idempotencyKey, isQuestion }: Spending): Promise<Tokens> => {
    const askedAt = now();
    const headers = {
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...(isQuestion && { accept: 'application/json' }), // then a refusal is a 200 (GraphQL over HTTP §6.4.1)
    };
    const input = refreshToken === null ? null : { refreshToken };
    return toTokens((await transport.post(RefreshDocument, { input }, { headers })).refresh, askedAt);
  };
  const renewal = createRenewal({ store, inTurn, refresh, now, onEnded: (reason) => tell({ signedIn: false, reason }) });

  const signIn = async (delivery: LoginInput['delivery'], ask: () => Promise<AuthFieldsFragment>): Promise<SignedInAs> => {
    const begin = async (): Promise<AuthFieldsFragment> => {
      const askedAt = now();
      const payload = await ask();
      await store.write(toTokens(payload, askedAt));
      return payload;
    };
    const { user, session } = await inTurn(begin, { cookie: delivery === 'COOKIE' });
    tell({ signedIn: true });
    return { user, session };
  };

  const completeLogin: Gatehouse['completeLogin'] = (input) =>
    signIn(input.delivery, async () => (await transport.post(CompleteLoginDocument, { input })).completeLogin);

  const logInWithPasskey = async ({ delivery, challenge, ...asking }: PasskeyLogin = {}): Promise<SignedInAs> => {
    const input = challenge === undefined ? null : { challenge };
    const passkey = await getPasskey(
      async () => (await transport.post(PasskeyOptionsDocument, { input })).passkeyOptions.publicKey,
      asking,
    );
    const given = { passkey, ...(delivery && { delivery }) };
    if (challenge !== undefined) return completeLogin({ ...given, challenge });
    return signIn(delivery, async () => (await transport.post(LoginWithPasskeyDocument, { input: given })).loginWithPasskey);
  };

  const flows = createProviderFlows(options.flowStorage);
  const beginProviderLogin = async (provider: string, redirectUri: string): Promise<string> => {
    const { startProviderLogin } = await transport.post(StartProviderLoginDocument, { input: { provider, redirectUri } });
    flows.keep(provider, startProviderLogin.flow);
    return startProviderLogin.url;
  };
  const completeProviderLogin: Gatehouse['completeProviderLogin'] = (input) =>
    signIn(input.delivery, async () => (await transport.post(CompleteProviderLoginDocument, { input })).completeProviderLogin);
  const finishProviderLogin = async (provider: string, completion: ProviderCompletion): Promise<SignedInAs> =>
    completeProviderLogin({ ...completion, flow: flows.take(provider) });

  const endSessions = async (input: LogoutInput): Promise<{ readonly endedSessions: number }> => {
    const { logout } = await signedInTurn.post(LogoutDocument, { input }).catch((error: unknown) => {
      // No session to end: that is what was wanted.
      if (error instanceof GatehouseError && error.code === 'UNAUTHENTICATED') return { logout: { endedSessions: 0 } };
      throw error;
    });
    if (input.scope !== 'OTHERS') await store.write(null);
    return logout;
  };

  const authorizedFetch = signedFetch(send, renewal);
  const signedIn = createTransport({ endpoint: transport.endpoint, credentials, fetch: authorizedFetch });
  const signedInTurn = createTransport({ endpoint: transport.endpoint, credentials, fetch: signedFetch(send, renewal.inTurn) });

  return {
    register: (input) => signIn(input.delivery, async () => (await transport.post(RegisterDocument, { input })).register),
    login: (input) => signIn(input.delivery, async () => (await transport.post(LoginDocument, { input })).login),
    loginWithCode: (input) => signIn(input.delivery, async () => (await transport.post(LoginWithCodeDocument, { input })).loginWithCode),
    completeProviderLogin,
    completeLogin,
    completeRegistration: (input) =>
      signIn(input.delivery, async () => (await transport.post(CompleteRegistrationDocument, { input })).completeRegistration),
    beginProviderLogin,
    finishProviderLogin,
    logInWithPasskey,
    registerPasskey: async ({ name, kind } = {}) => {
      const { newPasskeyOptions } = await signedIn.post(NewPasskeyOptionsDocument, { input: kind === undefined ? null : { kind } });
      const passkey = await createPasskey(newPasskeyOptions.publicKey);
      return (await signedIn.post(AddPasskeyDocument, { input: { passkey, ...(name !== undefined && { name }) } })).addPasskey;
    },
    logout: async (input = {}) => {
      const payload = await inTurn(() => endSessions(input));
      if (input.scope !== 'OTHERS') tell({ signedIn: false });
      return payload;
    },
    forget: async () => {
      await inTurn(async () => store.write(null));
      tell({ signedIn: false });
    },
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
      const stop = listenToOthers(store, listener);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        stop?.();
      };
    },
  };
}

/** Tells what others wrote, but not that they began to refresh: the tokens are the same then. */
function listenToOthers(store: TokenStore, listener: (state: SignedState) => void): (() => void) | undefined {
  let seen: string | null | undefined;
  return store.subscribe?.(async () => {
    const { accessToken = null } = (await store.read()) ?? {};
    if (accessToken === seen) return;
    seen = accessToken;
    listener({ signedIn: accessToken !== null });
  });
}

/** Counted from when they were asked for: the token was made after that, so it is good for at least as long. */
const toTokens = ({ accessToken, expiresIn, refreshToken }: AuthFieldsFragment, askedAt: number): Tokens => ({
  accessToken,
  accessExpiresAt: askedAt + expiresIn * 1000,
  accessLifetimeSeconds: expiresIn,
  refreshToken,
});
