import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { ServedPath } from '../../policy/policy';
import type { AuthenticatedSession } from '../../proofs/proofs';
import { identityHeaders, toHeaderValue } from '../../sessions/identity';
import { type InternalClaims, type IssueInternalToken, internalTokenSeconds } from '../../tokens/internal-token';
import { toRoles } from '../../users/user';
import { type Facts, factsOf, fillClaim, fillText, isConstant, valuesOf } from './templates';

/** Who is calling, as headers for the service behind: made of the verdict that has granted, and of nothing that a client says. */
export interface Identity {
  /** @param authorization the caller's own header, for a service that judges it itself. @throws {Failure} UNAVAILABLE */
  readonly headersFor: (
    session: AuthenticatedSession | null,
    authorization: string | undefined,
  ) => Promise<Readonly<Record<string, string>>>;
  /** The same for as long as the headers say the same, whatever token they say it with. @throws {Failure} UNAVAILABLE */
  readonly keyFor: (session: AuthenticatedSession | null, authorization: string | undefined) => Promise<string>;
}

/** Beside the six of forward-auth. */
const further = ['x-auth-time', 'x-auth-organization-id', 'x-auth-actor-id', 'x-auth-client-id'];

const nobody: Readonly<Record<string, string>> = Object.fromEntries(
  ['x-auth-user-id', 'x-auth-username', 'x-auth-email', 'x-auth-roles', 'x-auth-permissions', 'x-auth-session-id', ...further].map(
    (name) => [name, ''],
  ),
);

const authTimeOf = ({ row }: AuthenticatedSession): number => Math.floor(row.authenticatedAt.getTime() / 1000);

/** Always all of them, so that a service which finds one missing knows that it was not asked by us. */
const plainHeaders = async (session: AuthenticatedSession): Promise<Record<string, string>> => ({
  ...nobody,
  ...(await identityHeaders(session)),
  'x-auth-time': String(authTimeOf(session)),
});

export function createIdentity({ upstream, secrets }: ServedPath, issue: IssueInternalToken, clock: Clock): Identity {
  const templates = Object.entries(upstream.headers);
  const constant = Object.fromEntries(
    templates.filter(([, template]) => isConstant(template)).map(([name, text]) => [name, toHeaderValue(text)]),
  );
  const tokenOf = upstream.identity === 'jwt' ? createTokens(upstream, issue, clock) : null;
  const own = async (session: AuthenticatedSession | null, authorization: string | undefined): Promise<Record<string, string>> => {
    if (upstream.identity === 'headers') return session === null ? nobody : plainHeaders(session);
    if (session === null) return {};
    if (upstream.identity === 'token') return authorization === undefined ? {} : { authorization };
    return tokenOf === null ? {} : { authorization: `Bearer ${await tokenOf(session)}` };
  };
  return {
    headersFor: async (session, authorization) => ({
      ...(await own(session, authorization)),
      ...(session === null || templates.length === 0 ? constant : filled(templates, await factsOf(session))),
      ...secrets,
    }),
    keyFor: async (session, authorization) => {
      if (session === null) return '';
      const token = upstream.identity === 'token' ? authorization : null;
      return JSON.stringify([...valuesOf(await factsOf(session)), authTimeOf(session), session.row.methods, token]);
    },
  };
}

const filled = (templates: readonly (readonly [string, string])[], facts: Facts): Record<string, string> =>
  Object.fromEntries(templates.map(([name, template]) => [name, toHeaderValue(fillText(template, facts))]));

/** Sessions whose token is kept: signing costs as much as the rest of a request. */
const maxKept = 10_000;

interface Kept {
  readonly claims: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** A token is kept for half its life, and for as long as it would say the same. */
function createTokens({ url, claims: templates }: ServedPath['upstream'], issue: IssueInternalToken, clock: Clock) {
  const kept = new LRUCache<string, Kept>({ max: maxKept });
  return async (session: AuthenticatedSession): Promise<string> => {
    const facts = await factsOf(session);
    const claims: InternalClaims = {
      ...(fillClaim(templates, facts) as Record<string, unknown>),
      aud: url,
      sub: session.user.id,
      sid: session.row.id,
      auth_time: authTimeOf(session),
      amr: session.row.methods.split(' '),
      roles: toRoles(session.user.roles),
      ...(facts.permissions.length > 0 && { permissions: facts.permissions }),
    };
    const said = JSON.stringify(claims);
    const known = kept.get(session.row.id);
    const now = clock.now();
    if (known !== undefined && known.claims === said && now < known.until && now >= known.until - halfLifeMs) return known.token;
    const token = await issue(claims);
    kept.set(session.row.id, { claims: said, token, until: now + halfLifeMs });
    return token;
  };
}

const halfLifeMs = (internalTokenSeconds * 1000) / 2;
