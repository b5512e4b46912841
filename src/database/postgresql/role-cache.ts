import type { Notices } from '../invalidation-bus';
import type { ReadRoles, RoleGrants } from '../queries/role.query';
import { watchLease } from './lease-watch';

/** What was written past the gateway, by hand, is told to nobody: it is seen after so many milliseconds. */
const maxAgeMs = 5_000;

/**
 * The roles on PostgreSQL, remembered while this node holds its lease, as sessions are (session-cache.ts): dropped at a notice and at a gap.
 * What is read while a notice comes in is used and not remembered. The same list comes back while nothing has changed.
 */
export function rememberRoles(read: ReadRoles, notices: Notices, leaseMs: number): ReadRoles {
  const holdsLease = watchLease(notices, leaseMs);
  let known: { readonly roles: readonly RoleGrants[]; readonly readAt: number } | undefined;
  let changes = 0;
  const forget = (): void => {
    changes += 1;
    known = undefined;
  };
  notices.onGap(forget);
  notices.subscribe('roles', forget);
  return async () => {
    if (known !== undefined && holdsLease() && performance.now() - known.readAt < maxAgeMs) return known.roles;
    const [before, readAt] = [changes, performance.now()];
    const roles = await read();
    if (changes === before && holdsLease()) known = { roles, readAt };
    return roles;
  };
}
