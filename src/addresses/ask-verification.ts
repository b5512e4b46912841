import type { Clock } from '../clock';
import type { MailTokenRow, Queries, UserRow } from '../database/database';
import { factsOf } from '../mail/facts';
import type { Outbox } from '../mail/outbox';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Requester } from '../requester';

interface Dependencies {
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** Sends a code to the address of an account, which proves it. Part of the caller's transaction. */
export async function askVerification(
  queries: Queries,
  user: UserRow,
  requester: Requester,
  { mailTokens, outbox, clock }: Dependencies,
): Promise<MailTokenRow> {
  const { email, emailKey } = user;
  const token = await mailTokens.issue(queries, { purpose: 'VERIFY', user, email, emailKey });
  const facts = factsOf(user, requester, new Date(clock.now()));
  const locale = user.locale ?? requester.acceptLanguage;
  await outbox.post(queries, { kind: 'verify-code', recipient: email, tokenId: token.id, facts, locale });
  return token;
}
