import { z } from 'zod';
import { Failure } from '../errors';
import type { AuthenticatedSession, Verdict } from '../proofs/proofs';
import { isPermission } from '../roles/permissions';
import type { Freshness } from '../sessions/fresh';
import { roleName, roleNameRule, toRoles } from '../users/user';

/** A rule with parts: each part that is there must be granted. */
export interface AccessRule {
  /** One of them is enough. */
  readonly roles?: readonly string[] | undefined;
  /** Every one is needed. */
  readonly permissions?: readonly string[] | undefined;
  /** Every one of a list; of a list of lists all of one of them. A permission of the caller counts as a scope of its name. */
  readonly scopes?: readonly string[] | readonly (readonly string[])[] | undefined;
  /** How long ago somebody may have proved who is there, at most. */
  readonly freshSeconds?: number | undefined;
}

/** Who may have a field: everybody, whoever has a live session, whoever has at least one of these roles, or whom a rule lets. */
export type Access = 'public' | 'authenticated' | readonly string[] | AccessRule;

const roles = z.array(z.string().regex(roleName)).min(1);
const permissions = z.array(z.string().refine(isPermission)).min(1);
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/); // RFC 6749 §3.3
const scopes = z
  .array(scope)
  .min(1)
  .or(z.array(z.array(scope).min(1)).min(1));
const freshSeconds = z.int().min(1).max(86_400);
const rule = z
  .strictObject({
    roles: roles.optional(),
    permissions: permissions.optional(),
    scopes: scopes.optional(),
    freshSeconds: freshSeconds.optional(),
  })
  .refine((given) => Object.values(given).some((part) => part !== undefined));

/** As a policy file writes it. */
export const accessInput = z.custom<Access>(
  (value) => value === 'public' || value === 'authenticated' || roles.safeParse(value).success || rule.safeParse(value).success,
  `must be "public", "authenticated", a list of roles (${roleNameRule}), or an object of roles, permissions, scopes and freshSeconds`,
);

/** The roles that an access names. */
export const rolesOf = (access: Access): readonly string[] => partsOf(access).roles ?? [];

const partsOf = (access: Access): AccessRule => {
  if (typeof access === 'string') return {};
  return isList(access) ? { roles: access } : access;
};

const waysOf = (scopes: NonNullable<AccessRule['scopes']>): readonly (readonly string[])[] =>
  scopes.every((each): each is string => typeof each === 'string') ? [scopes] : (scopes as readonly (readonly string[])[]);

const isList = (access: readonly string[] | AccessRule): access is readonly string[] => Array.isArray(access);

/**
 * The one decision about who may have what: behind forward-auth for the fields of other services, and behind
 * `@Authorized` for our own. Every one of `needed` must be granted. The caller's proof, or null where nobody is needed
 * and nobody came. Without anything that needs a session a bad token is no obstacle, as for `me`.
 * `freshness`: left out, nobody counts as fresh.
 * @throws {Failure} UNAUTHENTICATED with the reason, FORBIDDEN, REAUTHENTICATION_REQUIRED, UNAVAILABLE
 */
export async function requireAccess(
  needed: readonly Access[],
  verdict: () => Promise<Verdict>,
  freshness?: Pick<Freshness, 'requireWithin'>,
): Promise<AuthenticatedSession | null> {
  const answer = await verdict();
  if (!answer.accepted) {
    if (needed.every((access) => access === 'public')) return null;
    throw new Failure('UNAUTHENTICATED', { reason: answer.reason });
  }
  const { session } = answer;
  const parts = needed.map(partsOf);
  const held = toRoles(session.user.roles);
  if (parts.some(({ roles }) => roles && !roles.some((role) => held.includes(role)))) throw new Failure('FORBIDDEN');
  if (parts.some(({ permissions, scopes: ways }) => permissions ?? ways)) {
    const { grants } = await session.permissions();
    const isGranted = ({ permissions = [], scopes: ways }: AccessRule): boolean =>
      permissions.every(grants) && (ways === undefined || waysOf(ways).some((way) => way.every(grants)));
    if (!parts.every(isGranted)) throw new Failure('FORBIDDEN');
  }
  const fresh = parts.flatMap(({ freshSeconds: seconds }) => seconds ?? []);
  if (fresh.length > 0) {
    if (freshness === undefined) throw new Failure('FORBIDDEN');
    await freshness.requireWithin(session, Math.min(...fresh));
  }
  return session;
}
