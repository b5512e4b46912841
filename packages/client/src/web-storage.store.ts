import { type Exclusively, type KeyValueStorage, type LockManager, withLease, withWebLock } from './exclusive.js';
import type { TokenStore, Tokens } from './token-store.js';

/** What a page has; given only by those who have something else. */
export interface WebStorageOptions {
  /** `localStorage` when left out: kept when the page closes, and shared by all tabs of the origin. */
  readonly storage?: KeyValueStorage;
  readonly key?: string;
  /** `navigator.locks` when left out; null: do without. */
  readonly locks?: LockManager | null;
}

/**
 * Tokens in the browser's storage: every tab is the same session, and one of them refreshes for all.
 *
 * Any script that runs on the page can read them there. Where that matters more than staying signed in over a reload,
 * keep the default store, or the refresh cookie.
 *
 * @throws {TypeError} where there is no storage, or the browser forbids it, or what was given is none
 */
export function webStorageTokenStore(options: WebStorageOptions = {}): TokenStore {
  const { navigator, addEventListener, removeEventListener } = globalThis as unknown as Page;
  const { key = 'gatehouse.tokens', locks = navigator?.locks ?? null } = options;
  const storage = options.storage === undefined ? localStorageOfPage() : options.storage;
  if (!isStorage(storage)) throw new TypeError('`storage` has no getItem, setItem and removeItem.');
  const written = (): number => parseStored(storage.getItem(key)).written;
  const exclusively: Exclusively = locks ? withWebLock(locks, key, written) : withLease(storage, `${key}.lease`);
  return {
    read: () => parseStored(storage.getItem(key)).tokens,
    // Signed out is a write too, with a number and without tokens.
    write: (tokens) => storage.setItem(key, JSON.stringify({ ...tokens, written: Math.max(Date.now(), written() + 1) })),
    exclusively,
    subscribe: (listener) => {
      const onStorage = (event: { readonly key: string | null }): void => {
        if (event.key === key || event.key === null) listener(); // null: all of it was cleared
      };
      addEventListener?.('storage', onStorage);
      return () => removeEventListener?.('storage', onStorage);
    },
  };
}

/** Only looked at where nothing else was given: browsers that block storage throw at the name alone. */
function localStorageOfPage(): unknown {
  const missing = 'There is no localStorage here: give a storage, or use another store.';
  try {
    const { localStorage } = globalThis as unknown as Page;
    if (localStorage !== undefined && localStorage !== null) return localStorage;
  } catch (cause) {
    throw new TypeError(missing, { cause });
  }
  throw new TypeError(missing);
}

const isStorage = (value: unknown): value is KeyValueStorage =>
  typeof value === 'object' &&
  value !== null &&
  (['getItem', 'setItem', 'removeItem'] as const).every((name) => typeof (value as Partial<KeyValueStorage>)[name] === 'function');

type OnStorage = (type: 'storage', listener: (event: { readonly key: string | null }) => void) => void;

/** The globals of a page, where there are any. */
interface Page {
  readonly localStorage?: KeyValueStorage | null;
  readonly navigator?: { readonly locks?: LockManager };
  readonly addEventListener?: OnStorage;
  readonly removeEventListener?: OnStorage;
}

interface Stored {
  readonly tokens: Tokens | null;
  /** Numbers the writes: a later one is greater. */
  readonly written: number;
}

/** Storage is the user's to edit: what is not tokens counts as none. */
function parseStored(text: string | null): Stored {
  try {
    const stored = JSON.parse(text ?? '{}') as Partial<Tokens & Stored>;
    const { accessToken, accessExpiresAt, accessLifetimeSeconds, refreshToken, refreshKey } = stored;
    const written = Number.isSafeInteger(stored.written) ? Number(stored.written) : 0;
    if (typeof accessToken !== 'string' || typeof accessExpiresAt !== 'number' || typeof accessLifetimeSeconds !== 'number')
      return { tokens: null, written };
    const kept = typeof refreshToken === 'string' ? refreshToken : null;
    const begun = typeof refreshKey === 'string' ? { refreshKey } : {};
    return { tokens: { accessToken, accessExpiresAt, accessLifetimeSeconds, refreshToken: kept, ...begun }, written };
  } catch {
    return { tokens: null, written: 0 };
  }
}
