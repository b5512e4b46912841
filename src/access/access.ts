import { z } from 'zod';
import { Failure } from '../errors';
import type { AuthenticatedSession, Verdict } from '../sessions/session.check';
import { roleName, roleNameRule, toRoles } from '../users/user';

/** Who may have a field: everybody, whoever has a live session, or whoever has at least one of these roles. */
export type Access = 'public' | 'authenticated' | readonly string[];

/** As a policy file writes it. */
export const accessInput = z.custom<Access>(
  (value) => value === 'public' || value === 'authenticated' || z.array(z.string().regex(roleName)).min(1).safeParse(value).success,
  `must be "public", "authenticated" or a list of roles (${roleNameRule})`,
);

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
  const roles = toRoles(answer.session.user.roles);
  if (needed.some((access) => Array.isArray(access) && !access.some((role) => roles.includes(role)))) throw new Failure('FORBIDDEN');
  return answer.session;
}
