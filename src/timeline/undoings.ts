import type { Undoing } from '../audit/event-description';
import type { AuditEventRow, MailTokenRow, Queries, UserRow } from '../database/database';
import { dropUselessRecoveryCodes } from '../second-factors/codes/make-recovery-codes';
import { dropTotp } from '../second-factors/remove-totp';

interface Disputed {
  readonly event: AuditEventRow;
  readonly user: UserRow;
  /** Of a mail: whoever disputes by it has shown the mailbox that the mail went to. Null: through the API. */
  readonly link: MailTokenRow | null;
  readonly now: Date;
}

type Undo = (queries: Queries, disputed: Disputed) => Promise<Partial<UserRow>>;

/** What each undoing takes back in the caller's transaction. @returns columns of the user that are written with the dispute */
export const undoings: { readonly [Name in Undoing]: Undo } = {
  /** A change that was asked for is not made any more. */
  'pending address': async (queries, { user }) => {
    await queries.mailToken.deleteMany({ where: { userId: user.id, purpose: 'CHANGE' } });
    return {};
  },

  /**
   * The address of before, which is kept for the user for seven days. The mail that told its mailbox of the change knows it: after A, B and
   * C within that time A's mail gives A. Whoever came by that mail's link has shown the mailbox; through the API it has to be proved anew.
   */
  address: async (queries, { event, user, link, now }) => {
    const ofEvent = { userId: user.id, purpose: 'DISPUTE', eventId: event.id, expiresAt: { gt: now } };
    const told = link ?? (await queries.mailToken.findFirst({ where: ofEvent }));
    if (told === null) return {};
    const { email, emailKey } = told;
    const { count } = await queries.reservedEmail.deleteMany({ where: { emailKey, userId: user.id, expiresAt: { gt: now } } });
    await forgetLater(queries, user.id, told);
    if (count === 0 || emailKey === user.emailKey) return {};
    await queries.mailToken.deleteMany({ where: { userId: user.id, purpose: 'CHANGE' } });
    return { email, emailKey, emailVerifiedAt: link === null ? null : now };
  },

  /**
   * The app that was added opens nothing any more, and nor do the recovery codes that came with it: unless another one has taken its place.
   * By a mail's link it stays: a mailbox alone removes no second factor (docs/decisions/053-a-dispute-of-an-app.md).
   */
  totp: async (queries, { event, user, link }) => {
    if (link !== null) return {};
    const isThere = await queries.totp.count({ where: { userId: user.id, confirmedAt: { lte: event.at } } });
    if (isThere > 0) await dropTotp(queries, user.id);
    return {};
  },

  /**
   * The passkey that the event names opens nothing any more. By a mail's link it stays a second factor, because a mailbox alone removes none;
   * but it logs nobody in by itself.
   */
  passkey: async (queries, { event, user, link }) => {
    const where = { id: event.detail ?? '', userId: user.id };
    if (link !== null) await queries.passkey.updateMany({ where, data: { verifiesUser: false } });
    else if ((await queries.passkey.deleteMany({ where })).count > 0) await dropUselessRecoveryCodes(queries, user.id);
    return {};
  },

  /** Whoever was linked opens the account no more: the row that the event names. */
  identity: async (queries, { event, user }) => {
    const id = event.detail?.split(' ').at(-1);
    if (id !== undefined) await queries.identity.deleteMany({ where: { id, userId: user.id } });
    return {};
  },

  /** The account stays. */
  deletion: async (queries, { user, now }) => {
    if (user.deletesAt === null || user.deletesAt <= now) return {};
    await queries.mailToken.deleteMany({ where: { userId: user.id, purpose: 'RESTORE' } });
    return { deletesAt: null };
  },
};

/** Those that open an account wider than a dispute may: through the API they ask for a fresh session. */
export const opens = (undoing: Undoing | undefined): boolean => undoing === 'totp' || undoing === 'passkey';

/**
 * Of A, B and C, whoever goes back to A takes away what leads back to B: it is the mailbox of whoever has done it. Earlier addresses stay
 * as they are, so that B's own mail, pressed first, does not take A's way back away.
 */
async function forgetLater(queries: Queries, userId: string, { emailKey, createdAt, expiresAt }: MailTokenRow): Promise<void> {
  await queries.reservedEmail.deleteMany({ where: { userId, expiresAt: { gte: expiresAt } } });
  const others = { userId, purpose: 'DISPUTE', emailKey: { not: emailKey }, createdAt: { gte: createdAt } };
  await queries.mailToken.deleteMany({ where: others });
}
