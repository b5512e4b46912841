import { randomUUID } from 'node:crypto';
import { userActor } from '../actor';
import type { Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import { isUniqueViolation, type Queries, type UserRow } from '../database/database';
import { badInput, Failure } from '../errors';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Requester } from '../requester';
import type { Providers, ProviderUser } from './provider';
import type { ProvidersEvent } from './providers.events';

export type ProvenIdentity = Pick<ProviderUser, 'provider' | 'issuer' | 'subject' | 'email'>;

interface Dependencies {
  readonly clock: Clock;
  readonly ownerNotices: OwnerNotices;
  readonly providers: Providers;
}

interface Addition {
  readonly user: UserRow;
  readonly identity: ProvenIdentity;
  readonly requester: Requester;
  readonly sessionId?: string;
}

/**
 * From now on that provider's user opens the account. Part of the caller's transaction, of which the unique index lets one win.
 * @throws {Failure} IDENTITY_TAKEN, BAD_USER_INPUT (one too many)
 */
export async function addIdentity(
  queries: Queries,
  note: Note<ProvidersEvent>,
  { user, identity, requester, sessionId }: Addition,
  { clock, ownerNotices, providers }: Dependencies,
): Promise<void> {
  const id = await insertIdentity(queries, user.id, identity, clock);
  const detail = `${identity.provider} ${id}`;
  const eventId = note({ event: 'identity.linked', userId: user.id, sessionId, actor: userActor(user.id, requester), detail });
  const facts = { provider: nameOfProvider(identity.provider, providers) };
  await ownerNotices.tell(queries, { kind: 'identity-linked', user, eventId, requester, facts });
}

/** Whoever is linked has come again. Part of the caller's transaction. @throws {Failure} INVALID_CODE (unlinked meanwhile) */
export async function noteIdentityUse(queries: Queries, userId: string, id: string, clock: Clock): Promise<void> {
  const { count } = await queries.identity.updateMany({ where: { id, userId }, data: { lastUsedAt: new Date(clock.now()) } });
  if (count === 0) throw new Failure('INVALID_CODE');
}

/** As people know it; the id of one that is configured no more. */
export const nameOfProvider = (id: string, providers: Providers): string => providers.get(id)?.name ?? id;

const maxIdentities = 50;

/** Part of a transaction that holds the user's row. @returns the id of its row. @throws {Failure} IDENTITY_TAKEN, BAD_USER_INPUT (one too many) */
export async function insertIdentity(
  queries: Queries,
  userId: string,
  { provider, issuer, subject, email }: ProvenIdentity,
  clock: Clock,
): Promise<string> {
  if ((await queries.identity.count({ where: { userId } })) >= maxIdentities)
    throw badInput({ path: '', message: `one account at another provider too many: an account here has at most ${maxIdentities}` });
  const id = randomUUID();
  const now = new Date(clock.now());
  try {
    await queries.identity.create({ data: { id, userId, provider, issuer, subject, email, createdAt: now, lastUsedAt: now } });
  } catch (error) {
    throw isUniqueViolation(error) ? new Failure('IDENTITY_TAKEN') : error;
  }
  return id;
}
