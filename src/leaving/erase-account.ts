import type { AuditService } from '../audit/audit.service';
import type { Queries, UserRow } from '../database/database';

/** What is erased, if it still is what the caller has found. */
export interface Erasure {
  readonly id: string;
  /** Whoever takes a deletion back at the same time wins, or sees nothing. Left out: whatever was planned. */
  readonly dueAt?: Date;
}

/**
 * A user and all that belongs to it, for good, in the caller's transaction: sessions, factors, identities and tokens go with the row, and
 * what waits for the user's mailboxes goes by address. What the audit has of it keeps the ids and the kinds alone: no network, no user
 * agent, no name that was tried (GDPR Art. 17; ASVS 5.0 14.2.7). @returns whether there was such a user
 */
export async function eraseAccount(queries: Queries, { id, dueAt }: Erasure, audit: Pick<AuditService, 'forget'>): Promise<boolean> {
  const user = await queries.user.findUnique({ where: { id } });
  if (user === null) return false;
  const { addresses, keys } = await addressesOf(queries, user);
  const tokens = await queries.mailToken.findMany({ where: { OR: [{ userId: id }, { emailKey: { in: keys } }] }, select: { id: true } });
  const { count } = await queries.user.deleteMany({ where: { id, ...(dueAt && { deletesAt: { lte: dueAt } }) } });
  if (count === 0) return false;
  const tokenIds = tokens.map((token) => token.id);
  await queries.mail.deleteMany({ where: { OR: [{ recipient: { in: addresses } }, { tokenId: { in: tokenIds } }] } });
  await queries.mailToken.deleteMany({ where: { id: { in: tokenIds } } }); // those that were nobody's
  await audit.forget(queries, id, [user.usernameKey, ...keys]);
  return true;
}

/** Those of now, and those that are kept for the user after a change. */
async function addressesOf(queries: Queries, user: UserRow) {
  const reserved = await queries.reservedEmail.findMany({ where: { userId: user.id } });
  return {
    addresses: [user.email, ...reserved.map(({ email }) => email)],
    keys: [user.emailKey, ...reserved.map(({ emailKey }) => emailKey)],
  };
}
