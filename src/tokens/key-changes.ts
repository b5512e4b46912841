import { type Actor, gateway } from '../actor';
import type { AuditService } from '../audit/audit.service';
import { type Clock, secondsAfter } from '../clock';
import { isUniqueViolation, type Queries } from '../database/database';
import { Failure } from '../errors';
import type { Secrets } from '../secrets';
import { isUsable, keyTimes, newestSlot, signingRow, stateOf } from './key-rotation';
import type { KeysEvent } from './keys.events';
import { createSigningKey } from './signing-key';

/** What is done to the signing keys, inside one transaction with its audit. @returns the kid that it was about */
export type KeyChange = (changing: Changing) => Promise<string>;

interface Changing {
  readonly queries: Queries;
  readonly secrets: Secrets;
  readonly now: number;
  readonly note: (event: 'key.created' | 'key.activated' | 'key.removed', detail: string) => void;
}

/** Two nodes that change keys at once meet at the newest key's row or at its mark; the second looks again. */
export async function changeKeys(
  audit: AuditService<KeysEvent>,
  actor: Actor,
  secrets: Secrets,
  clock: Clock,
  change: KeyChange,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await audit.change(async (queries, note) => {
        // A write, so that it waits for the change of another node and then sees it.
        await queries.signingKey.updateMany({ where: { slot: newestSlot }, data: { slot: newestSlot } });
        return change({ queries, secrets, now: clock.now(), note: (event, detail) => note({ event, actor, detail }) });
      });
    } catch (error) {
      if (!isUniqueViolation(error) || attempt === 5) throw error;
    }
}

/** Only where there is none. */
export const makeFirstKey: KeyChange = async (changing) => {
  const newest = await changing.queries.signingKey.findUnique({ where: { slot: newestSlot }, select: { id: true } });
  return newest?.id ?? insertKey(changing, changing.now);
};

/** The next key, published for long enough before it signs. While there is one that does not sign yet, that one is the answer. */
export const publishSuccessor: KeyChange = async (changing) => {
  const { queries, now } = changing;
  const newest = await queries.signingKey.findUniqueOrThrow({ where: { slot: newestSlot } });
  if (stateOf(newest, now) === 'next') return newest.id;
  const signsFrom = secondsAfter(now, keyTimes.publishedForSeconds);
  await queries.signingKey.update({
    where: { id: newest.id },
    data: { slot: null, retiredAt: signsFrom, expiresAt: secondsAfter(signsFrom.getTime(), keyTimes.tokensLiveForSeconds) },
  });
  return insertKey(changing, signsFrom.getTime());
};

/** Refuses a key's tokens; another key signs at once, a new one if there is none. @throws {Failure} NOT_FOUND */
export const removeKey =
  (kid: string): KeyChange =>
  async (changing) => {
    const { queries, now, note } = changing;
    const all = await queries.signingKey.findMany();
    const row = all.find(({ id }) => id === kid);
    if (row === undefined || !isUsable(row, now)) throw new Failure('NOT_FOUND');
    const others = all.filter((other) => other.id !== kid && isUsable(other, now));
    const state = stateOf(row, now);
    await queries.signingKey.update({
      where: { id: kid },
      data: {
        slot: null,
        privateKey: '',
        removedAt: new Date(now),
        expiresAt: row.expiresAt ?? secondsAfter(now, keyTimes.tokensLiveForSeconds),
      },
    });
    note('key.removed', kid);
    if (state === 'retiring') return kid;
    const heir = state === 'next' ? signingRow(others, now) : others.find((other) => stateOf(other, now) === 'next');
    if (heir === undefined) await insertKey(changing, now);
    else if (state === 'next')
      await queries.signingKey.update({ where: { id: heir.id }, data: { slot: newestSlot, retiredAt: null, expiresAt: null } });
    else {
      await queries.signingKey.update({ where: { id: heir.id }, data: { activatedAt: new Date(now) } });
      note('key.activated', heir.id);
    }
    return kid;
  };

/** No token of a key that is gone is alive, and nobody needs its private part. */
export async function erasePrivateParts(audit: AuditService<KeysEvent>, now: number): Promise<void> {
  await audit.change(async (queries, note) => {
    const gone = { expiresAt: { lte: new Date(now) }, privateKey: { not: '' } };
    const erased = await queries.signingKey.updateManyAndReturn({ where: gone, data: { privateKey: '' }, select: { id: true } });
    for (const { id } of erased) note({ event: 'key.erased', actor: gateway, detail: id });
  });
}

async function insertKey({ queries, secrets, now, note }: Changing, signsFrom: number): Promise<string> {
  const data = { ...createSigningKey(secrets), slot: newestSlot, createdAt: new Date(now), activatedAt: new Date(signsFrom) };
  const { id } = await queries.signingKey.create({ data, select: { id: true } });
  note('key.created', `${id} signs from ${new Date(signsFrom).toISOString()}`);
  return id;
}
