import type { Clock } from '../clock';
import type { Database, MailTokenRow, Queries } from '../database/database';
import type { NewMailToken } from './new-mail-token';

/** As many guesses of one code are judged. */
export const maxTries = 5;

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
}

/** A mail that is asked for once more: the same code, as long as it is good for a while. */
export interface SentAgain {
  /**
   * The row to be sent once more, with the same code: it is of the same purpose, address and account as it stands, has tries, and at least
   * half of its life. Null: a new one is needed. One query, whatever it finds.
   */
  readonly findAgain: (wanted: NewMailToken, id: string | null) => Promise<MailTokenRow | null>;
  /** Part of the caller's transaction: the row once more. Null: it was used up since it was found. */
  readonly renew: (queries: Queries, row: MailTokenRow) => Promise<MailTokenRow | null>;
}

export function createSentAgain({ database, clock }: Dependencies): SentAgain {
  return {
    findAgain: async (wanted, id) => {
      // A name that no row has, where none was sent: the query is made all the same.
      const row = await database.client.mailToken.findUnique({ where: { id: id ?? '' } });
      return row !== null && isOf(row, wanted) && row.tries < maxTries && hasHalfOfItsLife(row, clock) ? row : null;
    },
    renew: async (queries, { id }) => {
      const [renewed] = await queries.mailToken.updateManyAndReturn({
        where: { id, expiresAt: { gt: new Date(clock.now()) } },
        data: { sentCount: { increment: 1 } },
      });
      return renewed ?? null;
    },
  };
}

const isOf = (row: MailTokenRow, { purpose, user, emailKey, sessionId }: NewMailToken): boolean =>
  row.purpose === purpose &&
  row.emailKey === emailKey &&
  row.userId === (user?.id ?? null) &&
  row.generation === (user?.generation ?? 0) &&
  row.sessionId === (sessionId ?? null);

const hasHalfOfItsLife = ({ createdAt, expiresAt }: MailTokenRow, clock: Clock): boolean =>
  clock.now() - createdAt.getTime() <= expiresAt.getTime() - clock.now();
