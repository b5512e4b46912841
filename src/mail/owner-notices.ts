import type { Clock } from '../clock';
import type { Queries, Statements, UserRow } from '../database/database';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { NewMailToken } from '../mail-tokens/new-mail-token';
import type { Requester } from '../requester';
import { type Facts, factsOf } from './facts';
import type { NewMail, Outbox } from './outbox';
import type { OwnerNotice } from './texts/kinds';

/** What happened to an account. */
export interface Happening {
  readonly kind: OwnerNotice;
  /** The owner, as the account was when it happened: the mail goes to the address of then. */
  readonly user: Pick<UserRow, 'id' | 'username' | 'email' | 'emailKey' | 'generation' | 'locale'>;
  /** The event of the audit: the mail's link disputes it. */
  readonly eventId: string;
  readonly requester: Pick<Requester, 'ipAddress' | 'userAgent' | 'acceptLanguage'>;
  /** What the text tells beside the account, the time, the network and the browser. */
  readonly facts?: Partial<Facts>;
}

/**
 * Tells owners what happens to their accounts, with a link for "this was not me". Part of the caller's transaction; without mail,
 * nothing.
 */
export interface OwnerNotices {
  /** Whether there is mail. */
  readonly isOn: boolean;
  /** @throws {Failure} UNAVAILABLE */
  readonly tell: (queries: Queries, happening: Happening) => Promise<void>;
  /** The same, past Prisma's client. @throws {Failure} UNAVAILABLE */
  readonly tellByStatements: (statements: Statements, happening: Happening) => Promise<void>;
}

interface Dependencies {
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

export function createOwnerNotices({ mailTokens, outbox, clock }: Dependencies): OwnerNotices {
  const tokenOf = ({ user, eventId }: Happening): NewMailToken => {
    const { email, emailKey } = user;
    return { purpose: 'DISPUTE', user, email, emailKey, eventId };
  };
  const mailOf = ({ kind, user, requester, facts }: Happening, tokenId: string): NewMail => ({
    kind,
    recipient: user.email,
    tokenId,
    facts: { ...factsOf(user, requester, new Date(clock.now())), ...facts },
    wishes: [user.locale, requester.acceptLanguage],
  });
  return {
    isOn: outbox.isOn,
    tell: async (queries, happening) => {
      if (!outbox.isOn) return;
      const token = await mailTokens.issue(queries, tokenOf(happening));
      await outbox.post(queries, mailOf(happening, token.id));
    },
    tellByStatements: async (statements, happening) => {
      if (!outbox.isOn) return;
      const token = await mailTokens.issueByStatement(statements, tokenOf(happening));
      await outbox.postByStatement(statements, mailOf(happening, token.id));
    },
  };
}
