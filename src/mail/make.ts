import type { Database, MailTokenRow } from '../database/database';
import { codeOf, writeLinkToken } from '../mail-tokens/mail-token';
import { type Purpose, purposes } from '../mail-tokens/purposes';
import type { Secrets } from '../secrets';
import { readFacts } from './facts';
import { type Sender, senderOf } from './mail.url';
import type { Make } from './mailer';
import { composeMessage, type Proof } from './message';
import { isMailKind } from './texts/kinds';
import { localeOf } from './texts/languages';
import { SendError } from './transports/transport';

interface Dependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly from: Sender | undefined;
  readonly publicUrl: () => string;
  /** Whether a link leads anywhere (AUTH_PAGES): without pages a mail has its code alone. */
  readonly hasPages: boolean;
}

/** Where the link of a mail leads: a page that says what its button will do. GET changes nothing there. */
export const linkPath = '/account/link';

/** Makes the message of a row: only now are there a code and a link, and they are kept nowhere. */
export const createMake =
  ({ database, secrets, from, publicUrl, hasPages }: Dependencies): Make =>
  async (row) => {
    const { kind, recipient, tokenId, facts, locale, id, createdAt } = row;
    if (recipient === null) return null;
    // A newer node may have put it there.
    if (!isMailKind(kind)) throw new SendError('this version of the gateway has no text for it', false);
    const token = tokenId === null ? null : await database.client.mailToken.findUnique({ where: { id: tokenId } });
    if (tokenId !== null && token === null) return null;
    const message = composeMessage(
      {
        id,
        kind,
        recipient,
        language: localeOf(locale),
        facts: readFacts(facts, createdAt),
        proof: token && proofOf(token, secrets, hasPages ? publicUrl() : null),
        createdAt,
      },
      senderOf({ from }, publicUrl()),
      publicUrl(),
    );
    return { message, userId: token?.userId ?? null, expiresAt: token?.expiresAt ?? null };
  };

function proofOf(token: MailTokenRow, secrets: Secrets, publicUrl: string | null): Proof {
  const { id, purpose, createdAt, expiresAt } = token;
  const link = publicUrl !== null && isPurpose(purpose) ? `${publicUrl}${linkPath}/${writeLinkToken({ id, purpose }, secrets)}` : null;
  return { code: codeOf(token, secrets), link, createdAt, expiresAt };
}

const isPurpose = (purpose: string): purpose is Purpose => Object.hasOwn(purposes, purpose);
