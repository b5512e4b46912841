import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Queries } from '../database/database';

/** Every mail by the name of its text. What each says to whom is in the texts. */
export const mailKinds = [
  'register-code',
  'register-taken',
  'verify-code',
  'reset-code',
  'reset-disabled',
  'reset-scheduled',
  'change-code',
  'login-code',
  'reauthentication-code',
  'address-wanted',
  'email-change-requested',
  'email-changed',
  'password-changed',
  'password-set',
  'password-reset',
  'password-distrusted',
  'new-login',
  'account-exported',
  'deletion-scheduled',
  'deletion-cancelled',
] as const;

export type MailKind = (typeof mailKinds)[number];

/** What a text tells, without a secret: a name, a network, a moment as RFC 3339 writes it. */
export type MailFacts = Readonly<Record<string, string | number | null>>;

export interface NewMail {
  readonly kind: MailKind;
  /** One address as its owner writes it. Null: a decoy, which is sent to nobody. */
  readonly recipient: string | null;
  /** The mail token whose code and link it shows: both are made when it goes out. */
  readonly tokenId?: string | null;
  readonly facts?: MailFacts;
  /** The language that its reader wants, as a BCP 47 tag or an Accept-Language header. */
  readonly locale?: string | null;
}

/** Where mails wait until they are sent. */
export interface Outbox {
  /** A part of the caller's transaction: no mail without its change, no change without its mail. @throws {Failure} UNAVAILABLE */
  readonly post: (queries: Queries, mail: NewMail) => Promise<void>;
}

export const createOutbox = ({ clock }: { readonly clock: Clock }): Outbox => ({
  post: async (queries, { kind, recipient, tokenId = null, facts, locale = null }) => {
    const now = new Date(clock.now());
    await queries.mail.create({
      data: {
        id: randomUUID(),
        kind,
        recipient,
        tokenId,
        facts: facts === undefined ? null : JSON.stringify(facts),
        locale,
        dueAt: now,
        createdAt: now,
      },
    });
  },
});
