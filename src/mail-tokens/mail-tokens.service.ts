import { randomBytes, randomUUID } from 'node:crypto';
import { type Clock, secondsAfter } from '../clock';
import { type Database, insertion, type MailTokenRow, type Queries, type Statements } from '../database/database';
import { Failure } from '../errors';
import type { Secrets } from '../secrets';
import { codeOf, isCode, type MailTokenName, normalCode, readAttempt, readLinkToken, writeAttempt, writeLinkToken } from './mail-token';
import { type Purpose, rulesOf } from './purposes';

/** What a token of a mail is about. */
export interface NewMailToken {
  readonly purpose: Purpose;
  /** Null: of nobody, or of somebody who may not have one. The row is there all the same, so that nothing tells. */
  readonly user: { readonly id: string; readonly generation: number } | null;
  readonly email: string;
  readonly emailKey: string;
  /** Of REAUTHENTICATE: the session that asked. */
  readonly sessionId?: string;
  /** Of DISPUTE: the event of the audit. */
  readonly eventId?: string;
  /** Of RESTORE: when the account is gone. */
  readonly expiresAt?: Date;
}

/**
 * Proofs of mailboxes: a row each, whose code and link are derived and not stored. In the order of whoever uses one up: {@link find}, {@link judge} for a code, then the slow work, and {@link useUp} in the transaction of the change: a refused password costs no token,
 * and none is used up without its change.
 */
export interface MailTokens {
  /** Part of the caller's transaction. A row each, whoever the address belongs to. */
  readonly issue: (queries: Queries, token: NewMailToken) => Promise<MailTokenRow>;
  /** The same, past Prisma's client. */
  readonly issueByStatement: (statements: Statements, token: NewMailToken) => Promise<MailTokenRow>;
  /**
   * The row to be sent once more, with the same code: it is of the same purpose and address, has tries, and at least half of its life. Null: a new one
   * is needed. One query, whatever it finds.
   */
  readonly findAgain: (wanted: Pick<NewMailToken, 'purpose' | 'emailKey'>, id: string | null) => Promise<MailTokenRow | null>;
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

/** As many guesses of one code are judged. */
export const maxTries = 5;

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

    findAgain: async ({ purpose, emailKey }, id) => {
      // A name that no row has, where none was sent: the query is made all the same.
      const row = await mailToken.findUnique({ where: { id: id ?? '' } });
      const isSame = row !== null && row.purpose === purpose && row.emailKey === emailKey && row.tries < maxTries;
      return isSame && hasHalfOfItsLife(row, clock) ? row : null;
    },

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
      if (!isCode(normalCode(code), counted, secrets)) return { triesLeft: maxTries - counted.tries };
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

function toRow({ purpose, user, email, emailKey, sessionId, eventId, expiresAt }: NewMailToken, clock: Clock): MailTokenRow {
  const now = clock.now();
  const { lifeSeconds } = rulesOf(purpose);
  const end = lifeSeconds === null ? expiresAt : secondsAfter(now, lifeSeconds);
  if (end === undefined) throw new TypeError(`a token of ${purpose} is told when it ends`);
  return {
    id: randomUUID(),
    purpose,
    userId: user?.id ?? null,
    email,
    emailKey,
    generation: user?.generation ?? 0,
    sessionId: sessionId ?? null,
    eventId: eventId ?? null,
    salt: randomBytes(16).toString('base64url'),
    tries: 0,
    sentCount: 1,
    createdAt: new Date(now),
    expiresAt: end,
  };
}

const hasHalfOfItsLife = ({ createdAt, expiresAt }: MailTokenRow, clock: Clock): boolean =>
  clock.now() - createdAt.getTime() <= expiresAt.getTime() - clock.now();
