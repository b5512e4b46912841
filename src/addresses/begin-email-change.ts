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
 * A new address is asked for: it gets a code, and the old one, which counts until then, is told. One at a time: an earlier one is dropped. Where the
 * new one is somebody's already, its owner is told that it was wanted, and the answer is the same. Part of the caller's transaction.
 */
export async function beginEmailChange(
  queries: Queries,
  note: Note<AddressesEvent>,
  { user, sessionId, newEmail, requester }: WantedAddress,
  dependencies: Dependencies,
): Promise<MailTokenRow> {
  const { mailTokens, outbox, ownerNotices, clock } = dependencies;
  const emailKey = normalKey(newEmail);
  await mailTokens.drop(queries, user.id, ['CHANGE']);
  const token = await mailTokens.issue(queries, { purpose: 'CHANGE', user, email: newEmail, emailKey });
  const owner = await queries.user.findUnique({ where: { emailKey } });
  const isKept = await isReserved(queries, emailKey, user.id, clock);
  const facts = { ...factsOf(user, requester, new Date(clock.now())), newEmail };
  const locale = user.locale ?? requester.acceptLanguage;
  if (owner !== null) {
    const told = factsOf(owner, requester, new Date(clock.now()));
    await outbox.post(queries, { kind: 'address-wanted', recipient: owner.email, facts: told, locale: owner.locale });
  } else await outbox.post(queries, { kind: 'change-code', recipient: isKept ? null : newEmail, tokenId: token.id, facts, locale });
  const eventId = note({ event: 'email.change_requested', userId: user.id, sessionId, actor: userActor(user.id, requester) });
  await ownerNotices.tell(queries, { kind: 'email-change-requested', user, eventId, requester, facts: { newEmail } });
  return token;
}
