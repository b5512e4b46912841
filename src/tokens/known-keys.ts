import type { Clock } from '../clock';
import type { Database, SigningKeyRow } from '../database/database';
import type { Secrets } from '../secrets';
import { isUsable } from './key-rotation';
import { openSigningKey, SealedKeyError, type SigningKey } from './signing-key';

export interface KnownKey {
  readonly row: SigningKeyRow;
  /** The reason instead, when no entry of AUTH_SECRET opens it: a node with an old list goes on with the other keys. */
  readonly key: SigningKey | SealedKeyError;
}

/** The usable keys as a node read them last. Whoever has to know more asks for a reading, and shares it with everybody who asks. */
export interface KnownKeys {
  readonly get: (kid: string) => KnownKey | undefined;
  /** Oldest first. */
  readonly all: () => readonly KnownKey[];
  /** At once, whatever else is under way: for who has just changed them. @throws {Failure} UNAVAILABLE */
  readonly read: () => Promise<void>;
  /** By a reading that begins after the call. All who call while one is under way share the next. @throws {Failure} UNAVAILABLE */
  readonly readAfresh: () => Promise<void>;
  /** Unless one has begun less than so long ago. The one that is under way serves everybody, however slow. @throws {Failure} UNAVAILABLE */
  readonly readUnlessFresh: (freshMs: number) => Promise<void>;
  /** What is known, or is being read now, may be of before: the next one who asks has it read. */
  readonly forget: () => void;
}

interface Reading {
  readonly begunAt: number;
  readonly done: Promise<void>;
  isUnderWay: boolean;
}

export function createKnownKeys(database: Database, secrets: Secrets, clock: Clock): KnownKeys {
  let known: ReadonlyMap<string, KnownKey> = new Map();
  /** The last one that has begun. Undefined: nothing that was read is fresh. */
  let latest: Reading | undefined;
  let next: Promise<void> | undefined;
  let begun = 0;
  let applied = 0;

  const load = async (turn: number, now: number): Promise<void> => {
    const rows = await database.client.signingKey.findMany({ orderBy: { createdAt: 'asc' } });
    if (turn < applied) return; // a slow answer must not bring back what a later one has left out
    applied = turn;
    const usable = rows.filter((row) => isUsable(row, now));
    known = new Map(usable.map((row) => [row.id, { row, key: known.get(row.id)?.key ?? openOrSay(row, secrets) }]));
  };

  const read = (): Promise<void> => {
    const now = clock.now();
    begun += 1;
    const reading: Reading = { begunAt: now, done: load(begun, now), isUnderWay: true };
    latest = reading;
    const settle = (): void => {
      reading.isUnderWay = false;
    };
    reading.done.then(settle, () => {
      settle();
      if (latest === reading) latest = undefined; // it has told nothing: the next one who asks tries again
    });
    return reading.done;
  };

  return {
    get: (kid) => known.get(kid),
    all: () => [...known.values()],
    read,
    readAfresh: () => {
      if (latest === undefined || !latest.isUnderWay) return read();
      const begin = (): Promise<void> => {
        next = undefined;
        return read();
      };
      next ??= latest.done.then(begin, begin);
      return next;
    },
    readUnlessFresh: (freshMs) => {
      const isFresh = latest !== undefined && (latest.isUnderWay || Math.abs(clock.now() - latest.begunAt) < freshMs);
      return latest !== undefined && isFresh ? latest.done : read();
    },
    forget: () => {
      latest = undefined;
    },
  };
}

function openOrSay(row: SigningKeyRow, secrets: Secrets): SigningKey | SealedKeyError {
  try {
    return openSigningKey(row, secrets);
  } catch (error) {
    if (error instanceof SealedKeyError) return error;
    throw error;
  }
}
