import type { AuditService, Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { MailTokenRow } from '../database/database';
import type { Effects } from '../effects';
import { Failure } from '../errors';
import { mailAttempts } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { NewMail, Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { NewMailToken } from '../mail-tokens/new-mail-token';
import type { Requester } from '../requester';
import type { MailboxEvent } from './mailbox.events';

/** What whoever asks is told: the same for every address. */
export interface CodeSent {
  readonly attempt: string;
  readonly expiresAt: Date;
  readonly resendAfterSeconds: number;
}

/** What is to be sent. `tokenId` is the new token's where `isCode` says so. */
export interface CodeMail extends Omit<NewMail, 'tokenId'> {
  readonly tokenId: 'own' | string | null;
}

export interface AskedCode {
  readonly token: NewMailToken;
  readonly mail: CodeMail;
  /** Of an earlier request. */
  readonly attempt: string | null | undefined;
  readonly note?: (note: Note<MailboxEvent>) => void;
}

export interface AskForCode {
  /** Before anything is looked up. @throws {Failure} FEATURE_DISABLED, where there is no mail; RATE_LIMITED, UNAVAILABLE */
  readonly admit: (emailKey: string, requester: Requester) => Promise<Effects>;
  /** One row of a token and one of a mail, whoever the address belongs to: neither the answer nor the work tells. */
  readonly send: (asked: AskedCode) => Promise<CodeSent>;
  readonly answer: (token: MailTokenRow) => CodeSent;
}

export interface AskDependencies {
  readonly audit: AuditService<MailboxEvent>;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

/** After the free mails of an hour, each further one waits at least so long. */
const resendAfterSeconds = 60;

export function createAskForCode({ audit, ledger, limits, mailTokens, outbox }: AskDependencies): AskForCode {
  const answer = ({ id, purpose, expiresAt }: Pick<MailTokenRow, 'id' | 'expiresAt'> & { readonly purpose: string }): CodeSent => ({
    attempt: mailTokens.attemptOf({ id, purpose: purpose as NewMailToken['purpose'] }), // no other is written
    expiresAt,
    resendAfterSeconds,
  });

  return {
    answer,
    admit: async (emailKey, requester) => {
      if (!outbox.isOn) throw new Failure('FEATURE_DISABLED');
      return ledger.take(mailAttempts(emailKey, requester, limits), requester);
    },
    send: async ({ token, mail, attempt, note: noteOf }) => {
      const id = attempt == null ? null : mailTokens.readAttempt(attempt, token.purpose);
      const again = await mailTokens.findAgain(token, id);
      const row = await audit.change(async (queries, note) => {
        const sent = (again && (await mailTokens.renew(queries, again))) ?? (await mailTokens.issue(queries, token));
        await outbox.post(queries, { ...mail, tokenId: mail.tokenId === 'own' ? sent.id : mail.tokenId });
        noteOf?.(note);
        return sent;
      });
      return answer(row);
    },
  };
}
