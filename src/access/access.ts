import { z } from 'zod';
import { Failure } from '../errors';
import { isPermission } from '../roles/permissions';
import type { AuthenticatedSession, Verdict } from '../sessions/session.check';
import { roleName, roleNameRule, toRoles } from '../users/user';

/** A rule with parts: each part that is there must be granted. */
export interface AccessRule {
  /** One of them is enough. */
  readonly roles?: readonly string[] | undefined;
  /** Every one is needed. */
  readonly permissions?: readonly string[] | undefined;
}

/** Who may have a field: everybody, whoever has a live session, whoever has at least one of these roles, or whom a rule lets. */
export type Access = 'public' | 'authenticated' | readonly string[] | AccessRule;

const roles = z.array(z.string().regex(roleName)).min(1);
const permissions = z.array(z.string().refine(isPermission)).min(1);
const rule = z
  .strictObject({ roles: roles.optional(), permissions: permissions.optional() })
  .refine((given) => Object.values(given).some((part) => part !== undefined));

/** As a policy file writes it. */
export const accessInput = z.custom<Access>(
  (value) => value === 'public' || value === 'authenticated' || roles.safeParse(value).success || rule.safeParse(value).success,
  `must be "public", "authenticated", a list of roles (${roleNameRule}), or an object of roles and permissions`,
);

/** The roles that an access names. */
export const rolesOf = (access: Access): readonly string[] => partsOf(access).roles ?? [];

const partsOf = (access: Access): AccessRule => {
  if (typeof access === 'string') return {};
  return isList(access) ? { roles: access } : access;
};

const isList = (access: readonly string[] | AccessRule): access is readonly string[] => Array.isArray(access);

/**
 * The one decision about who may have what: behind forward-auth for the fields of other services, and behind
 * `@Authorized` for our own. Every one of `needed` must be granted. The caller's proof, or null where nobody is needed
 * and nobody came. Without anything that needs a session a bad token is no obstacle, as for `me`.
 * @throws {Failure} UNAUTHENTICATED with the reason, FORBIDDEN, UNAVAILABLE
 */
export async function requireAccess(needed: readonly Access[], verdict: () => Promise<Verdict>): Promise<AuthenticatedSession | null> {
  const answer = await verdict();
  if (!answer.accepted) {
    if (needed.every((access) => access === 'public')) return null;
    throw new Failure('UNAUTHENTICATED', { reason: answer.reason });
  }
  const { session } = answer;
  const parts = needed.map(partsOf);
  const held = toRoles(session.user.roles);
  if (parts.some(({ roles }) => roles && !roles.some((role) => held.includes(role)))) throw new Failure('FORBIDDEN');
  const asked = parts.flatMap(({ permissions = [] }) => permissions);
  if (asked.length > 0) {
    const { grants } = await session.permissions();
    if (!asked.every(grants)) throw new Failure('FORBIDDEN');
  }
  return session;
}
