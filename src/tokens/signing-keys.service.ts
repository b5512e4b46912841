import type { Clock } from '../clock';
import { type Database, isUniqueViolation, type SigningKeyRow } from '../database/database';
import type { Secrets } from '../secrets';
import { createSigningKey, openSigningKey, type PublicJwk, type SigningKey } from './signing-key';

/**
 * The keys that sign access tokens. They live in the database, so that every node has them: one is active, one may
 * be next, and a retired one stays in the JWKS until its last token has expired.
 */
export interface SigningKeys {
  /** The key that signs now. */
  readonly active: () => Promise<SigningKey>;
  /** The key of that `kid`, if it may still verify. Asks the database for a `kid` it has not seen, once a second at most. */
  readonly find: (kid: string) => Promise<SigningKey | null>;
  /** Public keys, the next and the retiring ones included (RFC 7517 §5). */
  readonly jwks: () => Promise<{ readonly keys: readonly PublicJwk[] }>;
  readonly list: () => Promise<SigningKeyInfo[]>;
}

export interface SigningKeyInfo {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: 'active' | 'next' | 'retiring' | 'gone';
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  readonly expiresAt: Date | null;
}

/** How long a node may sign with what it last read, in milliseconds. */
const freshForMs = 30_000;
/** Tokens with invented key ids must not become queries. */
const leastPauseMs = 1_000;

/**
 * Reads the keys; the first node on an empty database makes one, and the unique slot lets exactly one win.
 * @throws {SealedKeyError} when AUTH_SECRET does not open the active key
 */
export async function openSigningKeys(database: Database, secrets: Secrets, clock: Clock): Promise<SigningKeys> {
  let keys: ReadonlyMap<string, SigningKey> = new Map();
  let activeKid = '';
  let readAt = Number.NEGATIVE_INFINITY;

  const read = async (): Promise<void> => {
    const rows = (await database.client.signingKey.findMany({ orderBy: { createdAt: 'asc' } })).filter((row) => !isGone(row, clock.now()));
    keys = new Map(rows.map((row) => [row.id, keys.get(row.id) ?? openSigningKey(row, secrets)]));
    activeKid = rows.find(({ slot }) => slot === 'active')?.id ?? '';
    readAt = clock.now();
  };
  const readUnlessFresh = async (freshMs: number): Promise<void> => {
    if (Math.abs(clock.now() - readAt) >= freshMs) await read();
  };

  await read();
  if (activeKid === '') {
    await createFirstKey(database, secrets, clock);
    await read();
  }

  return {
    active: async () => {
      await readUnlessFresh(freshForMs);
      const key = keys.get(activeKid);
      if (key === undefined) throw new Error('no signing key is active');
      return key;
    },
    find: async (kid) => {
      if (!keys.has(kid)) await readUnlessFresh(leastPauseMs);
      return keys.get(kid) ?? null;
    },
    jwks: async () => {
      await readUnlessFresh(freshForMs);
      return { keys: [...keys.values()].map(({ publicJwk }) => publicJwk) };
    },
    list: async () => {
      const rows = await database.client.signingKey.findMany({ orderBy: { createdAt: 'asc' } });
      return rows.map((row) => toInfo(row, clock.now()));
    },
  };
}

async function createFirstKey(database: Database, secrets: Secrets, clock: Clock): Promise<void> {
  const now = new Date(clock.now());
  try {
    await database.client.signingKey.create({
      data: { ...createSigningKey(secrets), slot: 'active', createdAt: now, activatedAt: now },
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error; // another node was first: its key is as good
  }
}

const isGone = ({ expiresAt }: SigningKeyRow, now: number): boolean => expiresAt !== null && expiresAt.getTime() <= now;

function toInfo(row: SigningKeyRow, now: number): SigningKeyInfo {
  const { id: kid, algorithm, createdAt, activatedAt, retiredAt, expiresAt } = row;
  const current = row.slot === 'active' || row.slot === 'next' ? row.slot : 'retiring';
  return { kid, algorithm, state: isGone(row, now) ? 'gone' : current, createdAt, activatedAt, retiredAt, expiresAt };
}
