import type { VerifiedToken } from './token.js';

/** What `GET /v1/revocations` gives: docs/revocation.md. */
export interface RevocationList {
  readonly sessions: readonly string[];
  readonly users: readonly { readonly id: string; readonly before: number; readonly except: string | null; readonly generation: number }[];
  readonly keys: readonly string[];
  /** Seconds since 1970, by the gateway's clock. */
  readonly until: number;
}

/**
 * What is known to be revoked. Lists add up in any order; nothing is taken back before its last token has expired. That is counted
 * from when it was told, in milliseconds that pass whatever happens to the clock: a clock that is set forward and back must not make
 * a revoked token valid again.
 */
export interface Revoked {
  readonly add: (list: RevocationList, elapsedMs: number) => void;
  readonly has: (token: VerifiedToken) => boolean;
  /** Forgets what no token can be about any more. */
  readonly forget: (elapsedMs: number) => void;
  readonly size: () => number;
}

/** No token lives longer than a day (AUTH_ACCESS_TOKEN_SECONDS), and clocks may differ by a minute; another one is for tolerances. */
export const keptMs = (86_400 + 60 + 60) * 1000;

type RevokedUser = RevocationList['users'][number];

export function createRevoked(): Revoked {
  const sessions = createAges<null>();
  const keys = createAges<null>();
  const users = createAges<RevokedUser>();
  return {
    add: (list, elapsedMs) => {
      for (const id of list.sessions) sessions.note(id, null, elapsedMs);
      for (const id of list.keys) keys.note(id, null, elapsedMs);
      for (const user of list.users) {
        const known = users.get(user.id);
        users.note(user.id, known === undefined ? user : laterOf(known, user), elapsedMs);
      }
    },
    has: ({ sessionId, keyId, userId, authenticatedAt }) => {
      const user = users.get(userId);
      const isCut = user !== undefined && authenticatedAt < user.before && sessionId !== user.except;
      return isCut || sessions.has(sessionId) || keys.has(keyId);
    },
    forget: (elapsedMs) => {
      for (const known of [sessions, keys, users]) known.forgetBefore(elapsedMs - keptMs);
    },
    size: () => sessions.size() + keys.size() + users.size(),
  };
}

/**
 * Of a user's two entries the one that counts. Generations alone would not do: a restored backup has lower ones than were told before, and
 * what is revoked after it must count all the same. The moment never goes back, whichever counts.
 */
function laterOf(known: RevokedUser, told: RevokedUser): RevokedUser {
  const isLater = told.generation > known.generation || told.before > known.before;
  return isLater ? { ...told, before: Math.max(told.before, known.before) } : known;
}

/** Values in the order in which they were last told, so that forgetting looks at the old ones alone. */
function createAges<T>() {
  const entries = new Map<string, { readonly value: T; readonly toldAt: number }>();
  return {
    note: (id: string, value: T, toldAt: number): void => {
      entries.delete(id);
      entries.set(id, { value, toldAt });
    },
    get: (id: string): T | undefined => entries.get(id)?.value,
    has: (id: string): boolean => entries.has(id),
    size: (): number => entries.size,
    forgetBefore: (moment: number): void => {
      for (const [id, { toldAt }] of entries) {
        if (toldAt >= moment) return;
        entries.delete(id);
      }
    },
  };
}

/** @throws {TypeError} for what is no list: then it is as if nothing had been answered */
export function readList(value: unknown): RevocationList {
  const { sessions, users, keys, until } = (value ?? {}) as Record<string, unknown>;
  if (!Array.isArray(sessions) || !Array.isArray(users) || !Array.isArray(keys) || typeof until !== 'number')
    throw new TypeError('the answer is no list of revocations');
  return value as RevocationList; // of the shape that the gateway promises
}
