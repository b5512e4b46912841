import type { Queries, SessionRow, Statements, UserRow } from '../database/database';
import { isOwnDevice, readDeviceToken } from '../limits/device-token';
import type { OwnerNotices } from '../mail/owner-notices';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';

/** A log-in that has just begun a session. */
export interface LogIn {
  readonly user: UserRow;
  readonly session: SessionRow;
  /** Of the audit. */
  readonly eventId: string;
  readonly requester: Requester;
}

/** Tells the owner of a log-in from a device that is new to the account. Part of the transaction of the log-in; without mail, nothing. */
export interface NewDeviceNotice {
  readonly tell: (queries: Queries, logIn: LogIn) => Promise<void>;
  /** The same, past Prisma's client. */
  readonly tellByStatements: (statements: Statements, logIn: LogIn) => Promise<void>;
}

interface Dependencies {
  readonly ownerNotices: OwnerNotices;
  readonly secrets: Secrets;
}

/**
 * A device is known by its device token. A client that keeps none is known by a session that it still has, or had lately: one with the same
 * address and the same user agent. Without that, a script that logs in every hour would be told of every hour.
 */
export function createNewDeviceNotice({ ownerNotices, secrets }: Dependencies): NewDeviceNotice {
  const hasToken = ({ user, requester }: LogIn): boolean => {
    const device = readDeviceToken(requester.deviceToken, secrets);
    return device !== null && isOwnDevice(device, user);
  };
  const happeningOf = ({ user, eventId, requester }: LogIn) => ({ kind: 'new-login', user, eventId, requester }) as const;
  return {
    tell: async (queries, logIn) => {
      if (!ownerNotices.isOn || hasToken(logIn)) return;
      const { id, userId, ipAddress, userAgent } = logIn.session;
      const seen = await queries.session.findFirst({ where: { userId, ipAddress, userAgent, id: { not: id } }, select: { id: true } });
      if (seen === null) await ownerNotices.tell(queries, happeningOf(logIn));
    },
    tellByStatements: async (statements, logIn) => {
      if (!ownerNotices.isOn || hasToken(logIn)) return;
      const { id, userId, ipAddress, userAgent } = logIn.session;
      const seen = await statements.rows`
        SELECT 1 FROM "sessions" WHERE "userId" = ${userId} AND "id" <> ${id}
          AND COALESCE("ipAddress", '') = ${ipAddress ?? ''} AND COALESCE("userAgent", '') = ${userAgent ?? ''} LIMIT 1`;
      if (seen.length === 0) await ownerNotices.tellByStatements(statements, happeningOf(logIn));
    },
  };
}
