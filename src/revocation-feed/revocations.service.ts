import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { AuthenticatedClient } from '../service-clients/clients.service';

/** What a service that verifies offline must refuse. Entries of two lists add up, in any order: nothing is ever taken back. */
export interface RevocationList {
  /** Sessions that have ended: tokens with such a `sid`. */
  readonly sessions: readonly string[];
  readonly users: readonly RevokedUser[];
  /** Signing keys that were removed: tokens with such a `kid`. */
  readonly keys: readonly string[];
  /** Seconds since 1970: by then the last token that is meant here has expired, and the list may be forgotten. */
  readonly until: number;
}

/** Tokens with this `sub` and an earlier `auth_time` than `before`, but for those with `except` as `sid`. */
export interface RevokedUser {
  readonly id: string;
  /** Seconds since 1970. */
  readonly before: number;
  readonly except: string | null;
  /** Of two entries of one user, the one with the greater number, or with a later moment, counts. */
  readonly generation: number;
}

/** One thing that was revoked. `revision` is another when it is told anew with another meaning. */
export interface Revocation {
  readonly kind: 'session' | 'user' | 'key';
  readonly id: string;
  readonly user: RevokedUser | null;
  readonly revision: number;
  readonly expiresAt: Date;
}

export interface RevocationsService {
  /** Everything, whole: there is no cursor that could skip something. @throws {Failure} UNAVAILABLE */
  readonly snapshot: (client: AuthenticatedClient) => Promise<RevocationList>;
  /** What has to be refused still; of `since` and later, or of these sessions, users and keys. @throws {Failure} UNAVAILABLE */
  readonly read: (which: { readonly since: Date } | { readonly ids: readonly string[] }) => Promise<Revocation[]>;
}

export function createRevocationsService(database: Database, clock: Clock): RevocationsService {
  const read: RevocationsService['read'] = async (which) => {
    const live = { expiresAt: { gt: new Date(clock.now()) } };
    const orderBy = { id: 'asc' as const };
    const [rows, keys] = await Promise.all([
      database.client.revocation.findMany({
        where: { ...live, ...('since' in which ? { at: { gte: which.since } } : { id: { in: [...which.ids] } }) },
        orderBy,
      }),
      database.client.signingKey.findMany({
        where: {
          ...live,
          ...('since' in which ? { removedAt: { gte: which.since } } : { id: { in: [...which.ids] }, removedAt: { not: null } }),
        },
        select: { id: true, expiresAt: true },
        orderBy,
      }),
    ]);
    return [
      ...rows.map(toRevocation),
      ...keys.map(({ id, expiresAt }): Revocation => ({ kind: 'key', id, user: null, revision: 0, expiresAt: expiresAt ?? neverSeen })),
    ];
  };
  return { read, snapshot: async () => toList(await read({ since: new Date(0) })) };
}

/** The query asks for rows that have one. */
const neverSeen = new Date(0);

interface Row {
  readonly id: string;
  readonly before: Date | null;
  readonly except: string | null;
  readonly generation: number | null;
  readonly expiresAt: Date;
}

function toRevocation({ id, before, except, generation, expiresAt }: Row): Revocation {
  if (before === null || generation === null) return { kind: 'session', id, user: null, revision: 0, expiresAt };
  const user = { id, before: before.getTime() / 1000, except, generation };
  return { kind: 'user', id, user, revision: generation, expiresAt };
}

export function toList(revocations: readonly Revocation[]): RevocationList {
  const idsOf = (kind: Revocation['kind']): string[] => revocations.filter((each) => each.kind === kind).map(({ id }) => id);
  const latest = Math.max(0, ...revocations.map(({ expiresAt }) => expiresAt.getTime()));
  return {
    sessions: idsOf('session'),
    users: revocations.flatMap(({ user }) => (user === null ? [] : [user])),
    keys: idsOf('key'),
    until: Math.ceil(latest / 1000),
  };
}
