import type { UserRow } from '../database/database';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';

/** The address that waits to be confirmed, for the account as it is now: a password that was changed has ended the wait. Null: none. */
export async function pendingEmailOf({ id, generation }: UserRow, mailTokens: MailTokens): Promise<string | null> {
  const pending = await mailTokens.findOf(id, 'CHANGE');
  return pending?.generation === generation ? pending.email : null;
}
