import { userActor } from '../actor';
import type { Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { MailTokenRow, Queries, UserRow } from '../database/database';
import { factsOf } from '../mail/facts';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { normalKey } from '../names/normal-key';
import type { Requester } from '../requester';
import type { AddressesEvent } from './addresses.events';
import { isReserved } from './reserved-emails';

export interface WantedAddress {
  readonly user: UserRow;
  readonly sessionId: string;
  readonly newEmail: string;
  readonly requester: Requester;
}

interface Dependencies {
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

/**
 * A new address is asked for: it gets a code, and the old one, which counts until then, is told. One at a time: an earlier one is dropped.
 * Where the new one is somebody's already, its owner is told that it was wanted, and the answer is the same. Part of the caller's
 * transaction.
 */
export async function beginEmailChange(
  queries: Queries,
  note: Note<AddressesEvent>,
  { user, sessionId, newEmail, requester }: WantedAddress,
  dependencies: Dependencies,
): Promise<MailTokenRow> {
  const { mailTokens, ownerNotices } = dependencies;
  const emailKey = normalKey(newEmail);
  await mailTokens.drop(queries, user.id, ['CHANGE']);
  const token = await mailTokens.issue(queries, { purpose: 'CHANGE', user, email: newEmail, emailKey });
  await postChangeCode(queries, token, { user, requester, tellsOwner: true }, dependencies);
  const eventId = note({ event: 'email.change_requested', userId: user.id, sessionId, actor: userActor(user.id, requester) });
  await ownerNotices.tell(queries, { kind: 'email-change-requested', user, eventId, requester, facts: { newEmail } });
  return token;
}

interface AskedChange extends Pick<WantedAddress, 'user' | 'requester'> {
  /** Whether somebody whose address it is already learns that it was wanted. */
  readonly tellsOwner: boolean;
}

/**
 * The code of a change, to the new address: to nobody where that is somebody's, or is kept for somebody else. Part of the caller's
 * transaction.
 */
export async function postChangeCode(
  queries: Queries,
  { id: tokenId, email, emailKey }: MailTokenRow,
  { user, requester, tellsOwner }: AskedChange,
  { outbox, clock }: Pick<Dependencies, 'outbox' | 'clock'>,
): Promise<void> {
  const at = new Date(clock.now());
  const owner = await queries.user.findUnique({ where: { emailKey } });
  const isKept = await isReserved(queries, emailKey, user.id, clock);
  if (owner !== null && tellsOwner) {
    const facts = factsOf(owner, requester, at);
    return outbox.post(queries, { kind: 'address-wanted', recipient: owner.email, facts, wishes: [owner.locale] });
  }
  const recipient = owner === null && !isKept ? email : null;
  const facts = { ...factsOf(user, requester, at), newEmail: email };
  return outbox.post(queries, { kind: 'change-code', recipient, tokenId, facts, wishes: [user.locale, requester.acceptLanguage] });
}
