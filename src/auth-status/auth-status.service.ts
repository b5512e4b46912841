import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { Failure, type UnauthenticatedReason } from '../errors';
import type { AuthenticatedSession, ShownCredentials, Verdict } from '../proofs/proofs';
import type { Requester } from '../requester';
import { endOf } from '../sessions/session';
import { readBearer } from '../sessions/session.check';
import type { AccessTokens } from '../tokens/access-token';
import { looksLikeRefreshToken } from '../tokens/refresh-token';
import { toRoles } from '../users/user';
import type { AuthStatus, CredentialReason, CredentialVerdict } from './auth-status.schema';

export interface AuthStatusService {
  /** No credential makes it fail, and it tells of nobody but who sent it. @throws {Failure} UNAVAILABLE */
  readonly explain: (shown: ShownCredentials, requester: Requester) => Promise<AuthStatus>;
}

interface Dependencies {
  readonly accessTokens: Pick<AccessTokens, 'verify' | 'explain'>;
  readonly database: Pick<Database, 'client'>;
  readonly clock: Clock;
}

export function createAuthStatus({ accessTokens, database, clock }: Dependencies): AuthStatusService {
  const isDisabled = async (id: string): Promise<boolean> => {
    const user = await database.client.user.findUnique({ where: { id }, select: { disabledAt: true } });
    return user !== null && user.disabledAt !== null;
  };

  const reasonOf = async (refused: UnauthenticatedReason, token: string | null): Promise<CredentialReason> => {
    if (token !== null && looksLikeRefreshToken(token)) return 'REFRESH_TOKEN_SENT';
    if (token === null || refused === 'MISSING' || refused === 'MALFORMED') return 'MALFORMED';
    if (refused === 'INVALID') return accessTokens.explain(token);
    if (refused === 'EXPIRED') return refused;
    const verified = await accessTokens.verify(token);
    return verified.ok && (await isDisabled(verified.claims.userId)) ? 'USER_DISABLED' : 'REVOKED';
  };

  const considerHeader = async (authorization: string, { verdict, client }: ShownCredentials): Promise<CredentialVerdict> => {
    if (/^Basic /i.test(authorization)) return considerClient(client);
    const judged = await verdict();
    if (judged.accepted) return { source: 'BEARER', accepted: true, reason: null, hint: null };
    return refused('BEARER', await reasonOf(judged.reason, readBearer(authorization)));
  };

  return {
    explain: async (shown, requester) => {
      const { authorization } = shown;
      const considered = [
        ...(authorization === undefined ? [] : [await considerHeader(authorization, shown)]),
        ...(requester.keptRefreshToken === null ? [] : [await considerCookie(requester.keptRefreshToken, shown, requester)]),
      ];
      const source = considered.find(({ accepted }) => accepted)?.source ?? 'NONE';
      const verdict = source === 'BEARER' ? await shown.verdict() : null;
      return {
        authenticated: source !== 'NONE',
        source,
        considered,
        ...(verdict?.accepted ? await describe(verdict) : nobody),
        originAllowed: requester.origin !== 'foreign',
        serverTime: new Date(clock.now()),
      };
    },
  };
}

/** What there is to say of a session: what `me` may know. */
async function describe({ session, claims }: Extract<Verdict, { accepted: true }>) {
  const { row, user, permissions }: AuthenticatedSession = session;
  return {
    expiresAt: claims === undefined ? null : new Date(claims.expiresAt * 1000),
    sessionExpiresAt: endOf(row),
    authenticatedAt: row.authenticatedAt,
    roles: toRoles(user.roles),
    permissions: [...(await permissions()).list],
  };
}

const nobody = { expiresAt: null, sessionExpiresAt: null, authenticatedAt: null, roles: [], permissions: [] };

/** A wrong secret is counted as it is wherever a service shows one. */
async function considerClient(client: ShownCredentials['client']): Promise<CredentialVerdict> {
  try {
    await client();
    return { source: 'CLIENT', accepted: true, reason: null, hint: null };
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'UNAVAILABLE') throw error;
    if (error.code === 'RATE_LIMITED') return { source: 'CLIENT', accepted: false, reason: null, hint: tooManyTries };
    const isMalformed = error.code === 'UNAUTHENTICATED';
    return { source: 'CLIENT', accepted: false, reason: isMalformed ? 'MALFORMED' : 'INVALID', hint: clientHint };
  }
}

/** It authenticates nothing by itself. A page of a foreign origin is not told what it is worth. */
async function considerCookie(token: string, { kept }: ShownCredentials, { origin }: Requester): Promise<CredentialVerdict> {
  if (origin === 'foreign') return { source: 'COOKIE', accepted: false, reason: null, hint: foreignHint };
  const verdict = await kept(token);
  if (verdict.accepted) return { source: 'COOKIE', accepted: false, reason: null, hint: cookieHint };
  return { source: 'COOKIE', accepted: false, reason: verdict.reason === 'REVOKED' ? 'REVOKED' : 'INVALID', hint: cookieGoneHint };
}

const refused = (source: CredentialVerdict['source'], reason: CredentialReason): CredentialVerdict => ({
  source,
  accepted: false,
  reason,
  hint: hints[reason],
});

/** All that is ever said: nothing in it comes from a request. */
const hints: Readonly<Record<CredentialReason, string>> = {
  MALFORMED: 'Send `Authorization: Bearer` and an access token, and nothing else.',
  EXPIRED: 'Refresh, and send the new access token.',
  REVOKED: 'The session has ended: log in again.',
  INVALID: 'This token was not made by this gateway.',
  WRONG_ISSUER: 'The token names another issuer: PUBLIC_URL was another one when it was made.',
  WRONG_AUDIENCE: 'The token is for another service: compare AUTH_AUDIENCE.',
  NOT_YET_VALID: 'The token was made in the future: compare clocks with serverTime.',
  USER_DISABLED: 'The account is disabled: only an operator can change that.',
  REFRESH_TOKEN_SENT: 'This is a refresh token; send the access token.',
  UNKNOWN_KEY: 'The key of the token is not here: it was removed, or the token is of another gateway.',
};
const tooManyTries = 'Too many wrong secrets came from there: wait, and try again.';
const clientHint = 'Send the id and the secret of a service, as `gatehouse client create` has printed them.';
const cookieHint = 'The cookie renews and ends its session; send an access token for everything else.';
const cookieGoneHint = 'The cookie is of a session that has ended: log in again.';
const foreignHint = 'The page is of another origin: name it in AUTH_CORS_ORIGINS.';
