import { type Actor, gateway, operator } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, SigningKeyRow } from '../database/database';
import { unavailable } from '../errors';
import type { Secrets } from '../secrets';
import { changeKeys, erasePrivateParts, type KeyChange, makeFirstKey, publishSuccessor, removeKey } from './key-changes';
import { isUsable, type KeyState, keyTimes, newestSlot, signingRow, stateOf } from './key-rotation';
import type { KeysEvent } from './keys.events';
import { createKnownKeys, type KnownKey } from './known-keys';
import { type PublicJwk, resealSigningKey, SealedKeyError, type SigningKey } from './signing-key';

/**
 * The keys that sign access tokens. They live in the database, so that every node has them. A key is next (published,
 * not yet signing), active, retiring (published until its last token has expired) and gone; when each begins is
 * written down when the successor is made, so that every node changes keys by the clock and no request waits.
 */
export interface SigningKeys {
  /** The key that signs now: never one that was removed. @throws {Failure} UNAVAILABLE */
  readonly active: () => Promise<SigningKey>;
  /** The key of that `kid`, if it may still verify. One that it has not seen is looked for once a second, for all who ask together. */
  readonly find: (kid: string) => Promise<SigningKey | null>;
  /** Public keys, the next and the retiring ones included (RFC 7517 §5). */
  readonly jwks: () => Promise<{ readonly keys: readonly PublicJwk[] }>;
  readonly list: () => Promise<SigningKeyInfo[]>;
  /** Reads them again: another node has removed one. */
  readonly refresh: () => Promise<void>;
  /** Publishes the next key. While there is one that does not sign yet, that one is the answer: also for two nodes at once. */
  readonly rotate: () => Promise<SigningKeyInfo>;
  /** Rotates when the active key has signed for so long, and clears the private parts of the keys that are gone. 0 = never. */
  readonly rotateWhenDue: (afterDays: number) => Promise<SigningKeyInfo | null>;
  /**
   * Refuses a key's tokens from now on, on every node. Another key signs at once, a new one if there is none.
   * @throws {Failure} NOT_FOUND
   */
  readonly remove: (kid: string) => Promise<SigningKeyInfo>;
}

export interface SigningKeyInfo {
  readonly kid: string;
  readonly algorithm: string;
  readonly state: KeyState;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
  readonly expiresAt: Date | null;
  readonly removedAt: Date | null;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<KeysEvent>;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

/** Tokens with invented key ids must not become queries: from the beginning of a reading to that of the next one, at least. */
const leastPauseMs = 1_000;

/**
 * Reads the keys, and seals again under the newest entry of AUTH_SECRET what an older one had sealed. The first node
 * on an empty database makes a key, and the unique slot lets exactly one win.
 * @throws {SealedKeyError} when no entry of AUTH_SECRET opens a key that still counts
 */
export async function openSigningKeys({ database, audit, secrets, clock }: Dependencies): Promise<SigningKeys> {
  const rows = database.client.signingKey;
  const known = createKnownKeys(database, secrets, clock);
  const signing = (): KnownKey | undefined => signingKeyOf(known, clock.now());
  const info = async (kid: string): Promise<SigningKeyInfo> => toInfo(await rows.findUniqueOrThrow({ where: { id: kid } }), clock.now());

  const changing = async (actor: Actor, change: KeyChange): Promise<SigningKeyInfo> => {
    const kid = await changeKeys(audit, actor, secrets, clock, async (inside) => {
      const changed = await change(inside);
      await database.notices.publish(inside.queries, 'keys', [changed]);
      return changed;
    });
    await known.read();
    return info(kid);
  };

  database.notices.subscribe('keys', known.forget);
  database.notices.onGap(known.forget);

  await changeKeys(audit, gateway, secrets, clock, makeFirstKey);
  await known.read();
  for (const { row, key } of known.all()) {
    if (key instanceof SealedKeyError) throw key;
    await reseal(database, row, secrets);
  }

  return {
    active: async () => {
      await known.readUnlessFresh(keyTimes.nodeRereadsMs);
      const before = signing();
      // A key that another node has removed must not sign: nobody would take its tokens.
      if (before === undefined || !(await database.areKeysUsable([before.row.id]))) await known.readAfresh();
      return requireOpen(signing());
    },
    find: async (kid) => {
      if (known.get(kid) === undefined) await known.readUnlessFresh(leastPauseMs);
      const found = known.get(kid);
      return found === undefined || !isUsable(found.row, clock.now()) ? null : requireOpen(found);
    },
    jwks: async () => {
      await known.readUnlessFresh(keyTimes.nodeRereadsMs);
      const now = clock.now();
      return { keys: known.all().flatMap(({ row, key }) => (key instanceof Error || !isUsable(row, now) ? [] : [key.publicJwk])) };
    },
    list: async () => (await rows.findMany({ orderBy: { createdAt: 'asc' } })).map((row) => toInfo(row, clock.now())),
    refresh: known.readAfresh,
    rotate: () => changing(operator, publishSuccessor),
    rotateWhenDue: async (afterDays) => {
      const now = clock.now();
      await erasePrivateParts(audit, now);
      if (afterDays === 0) return null;
      const newest = await rows.findUnique({ where: { slot: newestSlot } });
      const signsSince = newest?.activatedAt?.getTime() ?? now;
      return now - signsSince < afterDays * 86_400_000 ? null : changing(gateway, publishSuccessor);
    },
    remove: (kid) => changing(operator, removeKey(kid)),
  };
}

function signingKeyOf(known: ReturnType<typeof createKnownKeys>, now: number): KnownKey | undefined {
  const rows = known.all().map(({ row }) => row);
  const row = signingRow(rows, now);
  return row && known.get(row.id);
}

/** A key that this node cannot open is no reason to refuse somebody's token: another node can judge it. */
function requireOpen(found: KnownKey | undefined): SigningKey {
  if (found === undefined) throw new Error('no signing key is active');
  if (found.key instanceof SealedKeyError) throw unavailable(found.key);
  return found.key;
}

async function reseal(database: Database, row: SigningKeyRow, secrets: Secrets): Promise<void> {
  const privateKey = resealSigningKey(row, secrets);
  if (privateKey === row.privateKey) return;
  // Only over what was read: another node may have done the same, or removed the key.
  await database.client.signingKey.updateMany({ where: { id: row.id, privateKey: row.privateKey }, data: { privateKey } });
}

function toInfo(row: SigningKeyRow, now: number): SigningKeyInfo {
  const { id: kid, algorithm, createdAt, activatedAt, retiredAt, expiresAt, removedAt } = row;
  return { kid, algorithm, state: stateOf(row, now), createdAt, activatedAt, retiredAt, expiresAt, removedAt };
}
