import type { Clock } from '../clock';
import type { MailTokenRow, Queries, UserRow } from '../database/database';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Requester } from '../requester';
import { type Facts, factsOf } from './facts';
import type { Outbox } from './outbox';

/** What a code is for that the gateway sends by itself, and the mail that has it. */
const kinds = { RESET: 'reset-code', VERIFY: 'verify-code' } as const;

export interface OwnCode {
  readonly user: UserRow;
  readonly purpose: keyof typeof kinds;
  readonly requester: Pick<Requester, 'ipAddress' | 'userAgent' | 'acceptLanguage'>;
  /** What the text tells beside the account. */
  readonly facts?: Partial<Facts>;
}

interface Dependencies {
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** A new code to the address of an account. Part of the caller's transaction. */
export async function postCode(
  queries: Queries,
  { user, purpose, requester, facts: further }: OwnCode,
  { mailTokens, outbox, clock }: Dependencies,
): Promise<MailTokenRow> {
  const { email, emailKey } = user;
  const token = await mailTokens.issue(queries, { purpose, user, email, emailKey });
  const facts = { ...factsOf(user, requester, new Date(clock.now())), ...further };
  const wishes = [user.locale, requester.acceptLanguage];
  await outbox.post(queries, { kind: kinds[purpose], recipient: email, tokenId: token.id, facts, wishes });
  return token;
}
