import type { Clock } from '../clock';
import type { Database, Queries, UserRow } from '../database/database';

interface Dependencies {
  readonly database: Pick<Database, 'notices'>;
  readonly clock: Clock;
}

/**
 * The account stays. Part of the caller's transaction: of a restoring and the erasing that is due, one wins, and the other finds nothing.
 * @returns the user as it is then; null: it is not to be deleted, of another generation or deleted
 */
export async function cancelDeletion(
  queries: Queries,
  { id, generation }: UserRow,
  { database, clock }: Dependencies,
): Promise<UserRow | null> {
  const now = new Date(clock.now());
  const [kept] = await queries.user.updateManyAndReturn({
    where: { id, generation, deletesAt: { gt: now } },
    data: { deletesAt: null, updatedAt: now },
  });
  if (kept === undefined) return null;
  await queries.mailToken.deleteMany({ where: { userId: id, purpose: 'RESTORE' } });
  await database.notices.publish(queries, 'user', [id]);
  return kept;
}
