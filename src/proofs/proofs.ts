import type { SessionRow, UserRow } from '../database/database';
import type { UnauthenticatedReason } from '../errors';
import type { Permissions } from '../roles/permissions';
import type { AccessTokenClaims } from '../tokens/access-token';

declare const proven: unique symbol;

/**
 * The proof that a request comes from a live session. Only `createSessionCheck` makes one, and services take
 * it instead of a user id: an operation without the check does not compile.
 */
export interface AuthenticatedSession {
  readonly [proven]: true;
  readonly row: SessionRow;
  /** The user as the check read it: rights and status of this moment. */
  readonly user: UserRow;
  /** What the user's roles stand for, as of the first time that it is asked: the same for the rest of the request. @throws {Failure} UNAVAILABLE */
  readonly permissions: () => Promise<Permissions>;
}

/** The token before the current one was shown: enough to end this session, and nothing else. No service but `logout` takes it. */
export interface SpentSession {
  readonly spent: true;
  readonly row: SessionRow;
  readonly user: UserRow;
}

/** What logging out asks for. */
export type EndableSession = AuthenticatedSession | SpentSession;

export type KeptVerdict =
  | { readonly accepted: true; readonly session: EndableSession }
  | { readonly accepted: false; readonly reason: UnauthenticatedReason };

/** `claims`: of the access token that has shown the session; none where something else has. */
export type Verdict =
  | { readonly accepted: true; readonly session: AuthenticatedSession; readonly claims?: AccessTokenClaims }
  | { readonly accepted: false; readonly reason: UnauthenticatedReason };

/** Everything that a request has shown, to be explained to whoever sent it. What is not asked about costs nothing. */
export interface ShownCredentials {
  /** The header, as it came. */
  readonly authorization: string | undefined;
  /** @throws {Failure} UNAVAILABLE */
  readonly verdict: () => Promise<Verdict>;
  /** What a refresh token in a cookie is worth. @throws {Failure} UNAVAILABLE */
  readonly kept: (refreshToken: string) => Promise<KeptVerdict>;
  /** Whether it is a service. @throws {Failure} UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly client: () => Promise<unknown>;
}

declare const fresh: unique symbol;

/**
 * The proof that somebody showed a moment ago who is there. Only `createFreshness` makes one, and what is worth more than a stolen session
 * takes it: an operation that forgets to ask does not compile (ASVS 5.0 7.5.1; docs/decisions/042-a-fresh-session.md).
 */
export interface FreshSession extends AuthenticatedSession {
  readonly [fresh]: true;
}

declare const setup: unique symbol;

/**
 * The proof that somebody has shown a first factor, and gets no session before there is a second one (`AUTH_SECOND_FACTOR_ROLES`). Only
 * `createFactorSetups` makes one; it is good for adding the first second factor, and for nothing else.
 */
export interface FactorSetup {
  readonly [setup]: true;
  readonly user: UserRow;
  /** There is no session. */
  readonly row: null;
}

/** Who may add a second factor. */
export type FactorOwner = FreshSession | FactorSetup;
