import { LRUCache } from 'lru-cache';
import type { Notices } from '../invalidation-bus';
import { mayCount, type SessionWithUserRow } from '../queries/session.rows';
import { maxSessions } from '../session-cache';
import { watchLease } from './lease-watch';

type Read = (
  ids: readonly string[],
  keyIds: readonly string[],
) => Promise<{ readonly sessions: readonly (SessionWithUserRow | null)[]; readonly areKeysUsable: boolean }>;

/** What was written past the gateway, by hand, is told to nobody: it is seen after so many milliseconds. */
const maxAgeMs = 5_000;

/**
 * Sessions with their users on PostgreSQL, remembered while this node holds its lease: it has heard every notice of what was
 * committed until less than `leaseMs` ago, and who revokes answers after that. At a notice the rows that it is about are dropped, at
 * a gap all of them. A row that is read while a notice comes in is used and not remembered: nobody knows which was first.
 */
export function rememberSessions(read: Read, notices: Notices, leaseMs: number): Read {
  const sessions = new LRUCache<string, { readonly found: SessionWithUserRow; readonly readAt: number }>({ max: maxSessions });
  let usableKeys = new Set<string>();
  let changes = 0;
  const holdsLease = watchLease(notices, leaseMs);

  const forgetAll = (): void => {
    changes += 1;
    sessions.clear();
    usableKeys = new Set();
  };
  notices.onGap(forgetAll);
  notices.subscribe('keys', forgetAll);
  notices.subscribe('sessions', ({ ids }) => {
    changes += 1;
    for (const id of ids) sessions.delete(id);
  });
  notices.subscribe('user', ({ ids }) => {
    changes += 1;
    for (const [id, { found }] of sessions.entries()) if (ids.includes(found.user.id)) sessions.delete(id);
  });
  /** What is remembered and still as true as a query. Null: it has to be read. */
  const peek = (id: string): SessionWithUserRow | null => {
    const known = sessions.get(id);
    return known === undefined || performance.now() - known.readAt > maxAgeMs ? null : known.found;
  };

  return async (ids, keyIds) => {
    const known = holdsLease() && keyIds.every((id) => usableKeys.has(id)) ? ids.map(peek).filter((found) => found !== null) : [];
    if (known.length === ids.length) return { sessions: known, areKeysUsable: true };
    const [before, readAt] = [changes, performance.now()];
    const answer = await read(ids, keyIds);
    if (changes !== before || !holdsLease()) return answer;
    // What is over is not remembered: only a yes may come out of memory.
    const counting = answer.sessions.filter((found) => found !== null).filter(mayCount);
    for (const found of counting) sessions.set(found.row.id, { found, readAt });
    if (answer.areKeysUsable && counting.length > 0) for (const id of keyIds) usableKeys.add(id);
    return answer;
  };
}
