import type { Clock } from '../clock';
import { type Database, insertion, type MailTokenRow, type Queries, type Statements } from '../database/database';
import { Failure } from '../errors';
import type { Secrets } from '../secrets';
import { codeOf, isCode, type MailTokenName, readAttempt, readLinkToken, writeAttempt, writeLinkToken } from './mail-token';
import { type NewMailToken, toRow } from './new-mail-token';
import type { Purpose } from './purposes';
import { createSentAgain, maxTries, type SentAgain } from './sent-again';

/**
 * Proofs of mailboxes: a row each, whose code and link are derived and not stored. In the order of whoever uses one up: {@link find},
 * {@link judge} for a code, then the slow work, and {@link useUp} in the transaction of the change: a refused password costs no token, and
 * none is used up without its change.
 */
export interface MailTokens extends SentAgain {
  /** Part of the caller's transaction. A row each, whoever the address belongs to. */
  readonly issue: (queries: Queries, token: NewMailToken) => Promise<MailTokenRow>;
  /** The same, past Prisma's client. */
  readonly issueByStatement: (statements: Statements, token: NewMailToken) => Promise<MailTokenRow>;
  /** What whoever asked is given. */
  readonly attemptOf: (name: MailTokenName) => string;
  /** The id in an attempt of this purpose, without a query. Null: it is none. */
  readonly readAttempt: (attempt: string, purpose: Purpose) => string | null;
  /** The name in a link, without a query. Null: it is none. */
  readonly readLink: (token: string) => MailTokenName | null;
  /** What is to be put into a mail. Null: the row is gone or over. */
  readonly proofOf: (id: string) => Promise<MailProof | null>;
  /** The row, as long as it counts. */
  readonly find: (id: string, purpose: Purpose) => Promise<MailTokenRow | null>;
  /** Of an account: the newest row for this address that counts. */
  readonly findOf: (userId: string, purpose: Purpose, emailKey?: string) => Promise<MailTokenRow | null>;
  /**
   * Counts a guess before it is judged, in one statement: of any number at once, five are judged (ASVS 5.0 6.5.1, 6.6.3).
   * @returns null: it was right
   */
  readonly judge: (row: MailTokenRow, code: string) => Promise<WrongCode | null>;
  /** Part of the caller's transaction: of any number, one is first. @throws {Failure} INVALID_CODE */
  readonly useUp: (queries: Queries, row: MailTokenRow) => Promise<void>;
  /** Those of an account, of these purposes, are worth nothing from now on. Part of the caller's transaction. */
  readonly drop: (queries: Queries, userId: string, dropped: readonly Purpose[]) => Promise<void>;
}

export interface WrongCode {
  readonly triesLeft: number;
}

/** What a mail shows. */
export interface MailProof {
  readonly code: string;
  /** The last part of the link's path. */
  readonly linkToken: string;
  readonly purpose: Purpose;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

interface Dependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

export function createMailTokens({ database, secrets, clock }: Dependencies): MailTokens {
  const { mailToken } = database.client;
  const alive = () => ({ expiresAt: { gt: new Date(clock.now()) } });

  return {
    issue: (queries, token) => queries.mailToken.create({ data: toRow(token, clock) }),
    issueByStatement: async (statements, token) => {
      const row = toRow(token, clock);
      await statements.execute(insertion('mail_tokens', row));
      return row;
    },

    ...createSentAgain({ database, clock }),

    attemptOf: (name) => writeAttempt(name, secrets),
    readAttempt: (attempt, purpose) => {
      const name = readAttempt(attempt, secrets);
      return name?.purpose === purpose ? name.id : null;
    },
    readLink: (token) => readLinkToken(token, secrets),

    proofOf: async (id) => {
      const row = await mailToken.findFirst({ where: { id, ...alive() } });
      if (row === null) return null;
      const purpose = row.purpose as Purpose; // no other is written
      const { createdAt, expiresAt } = row;
      return { code: codeOf(row, secrets), linkToken: writeLinkToken({ id, purpose }, secrets), purpose, createdAt, expiresAt };
    },

    find: (id, purpose) => mailToken.findFirst({ where: { id, purpose, ...alive() } }),
    findOf: (userId, purpose, emailKey) =>
      mailToken.findFirst({
        where: { userId, purpose, ...(emailKey !== undefined && { emailKey }), ...alive() },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      }),

    judge: async (row, code) => {
      const [counted] = await mailToken.updateManyAndReturn({
        where: { id: row.id, tries: { lt: maxTries }, ...alive() },
        data: { tries: { increment: 1 } },
      });
      if (counted === undefined) return { triesLeft: 0 };
      if (!isCode(code, counted, secrets)) return { triesLeft: maxTries - counted.tries };
      // A right one costs no try: what it comes with may be refused, such as a weak password, and is sent again.
      await mailToken.updateMany({ where: { id: row.id, tries: { gt: 0 } }, data: { tries: { decrement: 1 } } });
      return null;
    },

    useUp: async (queries, { id, purpose }) => {
      const { count } = await queries.mailToken.deleteMany({ where: { id, purpose, ...alive() } });
      if (count === 0) throw new Failure('INVALID_CODE');
    },

    drop: async (queries, userId, dropped) => {
      await queries.mailToken.deleteMany({ where: { userId, purpose: { in: [...dropped] } } });
    },
  };
}

/** Whoever is gone has no links. @throws {Failure} INVALID_CODE in place of NOT_FOUND */
export function asUsedUp(error: unknown): never {
  throw error instanceof Failure && error.code === 'NOT_FOUND' ? new Failure('INVALID_CODE') : error;
}
