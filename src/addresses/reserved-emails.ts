import { type Clock, secondsAfter } from '../clock';
import type { Database, Queries } from '../database/database';
import type { Job } from '../jobs/jobs.service';
import { purge, purgeBatchSize } from '../jobs/purge';

/** How long an address stays reserved for whom it was taken from: as long as the mail's link takes it back. */
const reservedSeconds = 7 * 24 * 60 * 60;

/** Whether an address is kept for somebody else, who had it until a change. `ownId`: the user who may have it. */
export async function isReserved(queries: Queries, emailKey: string, ownId: string | null, clock: Clock): Promise<boolean> {
  const reserved = await queries.reservedEmail.findUnique({ where: { emailKey }, select: { userId: true, expiresAt: true } });
  return reserved !== null && reserved.userId !== ownId && reserved.expiresAt.getTime() > clock.now();
}

interface Changed {
  readonly id: string;
  readonly email: string;
  readonly emailKey: string;
}

/** Keeps the address that a user had until now; the new one is kept for nobody any more. Part of the caller's transaction. */
export async function reserveEmail(
  queries: Queries,
  { id: userId, email, emailKey }: Changed,
  newKey: string,
  clock: Clock,
): Promise<void> {
  await queries.reservedEmail.deleteMany({ where: { emailKey: { in: [emailKey, newKey] } } });
  await queries.reservedEmail.create({ data: { emailKey, userId, email, expiresAt: secondsAfter(clock.now(), reservedSeconds) } });
}

/** Addresses whose seven days are over. */
export const purgeReservedEmails = ({ client: { reservedEmail } }: Database, clock: Clock): Job =>
  purge('purge-reserved-emails', 3_600, async () => {
    const over = { expiresAt: { lte: new Date(clock.now()) } };
    const rows = await reservedEmail.findMany({
      where: over,
      select: { emailKey: true },
      orderBy: { expiresAt: 'asc' },
      take: purgeBatchSize,
    });
    if (rows.length > 0) await reservedEmail.deleteMany({ where: { emailKey: { in: rows.map(({ emailKey }) => emailKey) }, ...over } });
    return rows.length;
  });
