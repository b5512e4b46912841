import type { AuthenticatedSession } from '../proofs/proofs';
import { toRoles } from '../users/user';

/**
 * What a service is told about the caller. All six are always there, empty where there is nothing to say: a proxy that
 * copies them then also replaces those that a client has sent.
 * @throws {Failure} UNAVAILABLE
 */
export async function identityHeaders({ user, row, permissions }: AuthenticatedSession): Promise<Readonly<Record<string, string>>> {
  return {
    'x-auth-user-id': user.id,
    'x-auth-username': toHeaderValue(user.username),
    'x-auth-email': toHeaderValue(user.email),
    'x-auth-roles': toRoles(user.roles).join(','),
    'x-auth-permissions': (await permissions()).list.join(','),
    'x-auth-session-id': row.id,
  };
}

/** Printable ASCII as it is; everything else, and `%` itself, in UTF-8 as RFC 3986 §2.1 encodes it. `decodeURIComponent` undoes it. */
export const toHeaderValue = (value: string): string => value.replaceAll(/[^\x20-\x24\x26-\x7e]+|%/gu, encodeURIComponent);
