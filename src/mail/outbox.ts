import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import { type Database, insertion, type MailRow, type Queries, type Statements } from '../database/database';
import type { Facts } from './facts';
import type { MailKind } from './texts/kinds';
import { localeOf } from './texts/languages';

export interface NewMail {
  readonly kind: MailKind;
  /** One address as its owner writes it. Null: a decoy, which is sent to nobody. */
  readonly recipient: string | null;
  /** The mail token whose code and link it shows: both are made when it goes out. */
  readonly tokenId?: string | null;
  readonly facts?: Partial<Facts>;
  /** What its reader wants to read, first wishes first: each is a BCP 47 tag or an Accept-Language header. English where none can be met. */
  readonly wishes?: readonly (string | null | undefined)[];
}

/** Where mails wait until they are sent. */
export interface Outbox {
  /** Whether there is mail at all: without it nothing is written, and what cannot be without it must not be begun. */
  readonly isOn: boolean;
  /** A part of the caller's transaction: no mail without its change, no change without its mail. @throws {Failure} UNAVAILABLE */
  readonly post: (queries: Queries, mail: NewMail) => Promise<void>;
  /** The same, past Prisma's client. @throws {Failure} UNAVAILABLE */
  readonly postByStatement: (statements: Statements, mail: NewMail) => Promise<void>;
}

interface Dependencies {
  readonly database: Pick<Database, 'afterCommit'>;
  readonly clock: Clock;
  /** Called after the commit. Null: there is no mail. */
  readonly poke: (() => void) | null;
}

export function createOutbox({ database, clock, poke }: Dependencies): Outbox {
  const toRow = ({ kind, recipient, tokenId = null, facts, wishes = [] }: NewMail): MailRow => {
    const now = new Date(clock.now());
    return {
      id: randomUUID(),
      kind,
      recipient,
      locale: localeOf(...wishes),
      tokenId,
      facts: facts === undefined ? null : JSON.stringify(facts),
      attempts: 0,
      dueAt: now,
      leaseUntil: null,
      holder: null,
      createdAt: now,
    };
  };
  return {
    isOn: poke !== null,
    post: async (queries, mail) => {
      if (poke === null) return;
      await queries.mail.create({ data: toRow(mail) });
      database.afterCommit(queries, poke);
    },
    postByStatement: async (statements, mail) => {
      if (poke === null) return;
      await statements.execute(insertion('mails', toRow(mail)));
      database.afterCommit(statements, poke);
    },
  };
}
