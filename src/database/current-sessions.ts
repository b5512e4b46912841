import type { SessionWithUserRow } from './session.rows';

/** What is remembered and as true as if it had been read, in this step of the event loop and in none after it. */
export interface RecalledSessions {
  /** Null: it has to be read. */
  readonly find: (id: string) => SessionWithUserRow | null;
  /** Whether that signing key is known not to have been removed. */
  readonly isKeyUsable: (id: string) => boolean;
}

/** Sessions that are remembered: some 3 kB each. */
export const maxSessions = 10_000;

export const nothingRecalled: RecalledSessions = { find: () => null, isKeyUsable: () => false };
