import { userActor } from '../actor';
import type { Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Queries, UserRow } from '../database/database';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import type { AddressesEvent } from './addresses.events';

interface Dependencies {
  readonly sessions: SessionsService;
  readonly clock: Clock;
}

/**
 * The mailbox of an account was shown for the first time, by somebody who need not be whoever made the account: everything that opens it by
 * itself is taken away, because it may be a stranger's who was there first (pre-hijacking). A reset and a log-in by code do this;
 * `verifyEmail` does not, for its code says that the account is one's own. Part of the caller's transaction.
 * @returns the user as it is then, without sessions and password; second factors that are in use stay
 */
export async function takeOverByFirstProof(
  queries: Queries,
  note: Note<AddressesEvent>,
  { user, requester }: { readonly user: UserRow; readonly requester: Requester },
  { sessions, clock }: Dependencies,
): Promise<UserRow> {
  const { id } = user;
  const { endedSessions } = await sessions.endAll(queries, id);
  await dropFactors(queries, id);
  await queries.mailToken.deleteMany({ where: { userId: id, purpose: { in: ['VERIFY', 'CHANGE'] } } });
  const now = new Date(clock.now());
  note({
    event: 'email.verified',
    userId: id,
    actor: userActor(id, requester),
    detail: `first proof: ${endedSessions} sessions ended, password gone`,
  });
  return queries.user.update({
    where: { id },
    data: { passwordHash: null, deviceEpoch: { increment: 1 }, emailVerifiedAt: now, updatedAt: now },
  });
}

/**
 * Of an account whose address is not proved: whoever added these need not be its owner. An app that was confirmed stays, and passkeys that
 * log nobody in by themselves any more, with their recovery codes: where there is mail they were added after a proof, of an address that an
 * operator, a dispute or a profile has replaced since; and a mailbox alone removes no second factor.
 */
export async function dropFactors(queries: Queries, userId: string): Promise<void> {
  const ofUser = { where: { userId } };
  await queries.passkey.updateMany({ ...ofUser, data: { verifiesUser: false } });
  await queries.identity.deleteMany(ofUser);
  await queries.totp.deleteMany({ where: { userId, confirmedAt: null } });
}
