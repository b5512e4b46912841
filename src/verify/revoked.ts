import type { VerifiedToken } from './token';

/** What `GET /v1/revocations` gives: docs/revocation.md. */
export interface RevocationList {
  readonly sessions: readonly string[];
  readonly users: readonly { readonly id: string; readonly before: number; readonly except: string | null; readonly generation: number }[];
  readonly keys: readonly string[];
  /** Seconds since 1970. */
  readonly until: number;
}

/** What is known to be revoked. Lists add up in any order; nothing is taken back before its last token has expired. */
export interface Revoked {
  readonly add: (list: RevocationList) => void;
  readonly has: (token: VerifiedToken) => boolean;
  /** Forgets what no token can be about any more. `now` in milliseconds since 1970. */
  readonly forget: (now: number) => void;
  readonly size: () => number;
}

/** Clocks of services may differ from the gateway's. */
const clockDifferenceSeconds = 60;

export function createRevoked(): Revoked {
  const sessions = new Map<string, number>();
  const keys = new Map<string, number>();
  const users = new Map<string, RevocationList['users'][number] & { readonly until: number }>();
  const note = (known: Map<string, number>, id: string, until: number): void => {
    if (until > (known.get(id) ?? 0)) known.set(id, until);
  };
  return {
    add: (list) => {
      const until = list.until + clockDifferenceSeconds;
      for (const id of list.sessions) note(sessions, id, until);
      for (const id of list.keys) note(keys, id, until);
      for (const user of list.users) {
        const known = users.get(user.id);
        if (known === undefined || user.generation > known.generation)
          users.set(user.id, { ...user, until: Math.max(until, known?.until ?? 0) });
        else if (until > known.until) users.set(user.id, { ...known, until });
      }
    },
    has: ({ sessionId, keyId, userId, authenticatedAt }) => {
      const user = users.get(userId);
      const isCut = user !== undefined && authenticatedAt < user.before && sessionId !== user.except;
      return isCut || sessions.has(sessionId) || keys.has(keyId);
    },
    forget: (now) => {
      for (const known of [sessions, keys]) for (const [id, until] of known) if (until * 1000 < now) known.delete(id);
      for (const [id, { until }] of users) if (until * 1000 < now) users.delete(id);
    },
    size: () => sessions.size + keys.size + users.size,
  };
}

/** @throws {TypeError} for what is no list: then it is as if nothing had been answered */
export function readList(value: unknown): RevocationList {
  const { sessions, users, keys, until } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(sessions) || !Array.isArray(users) || !Array.isArray(keys) || typeof until !== 'number')
    throw new TypeError('the answer is no list of revocations');
  return value as RevocationList; // of the shape that the gateway promises
}
