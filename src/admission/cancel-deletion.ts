import { type Actor, originOf } from '../actor';
import type { Note } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Queries, UserRow } from '../database/database';
import { factsOf } from '../mail/facts';
import type { Outbox } from '../mail/outbox';
import type { AdmissionEvent } from './admission.events';

interface Dependencies {
  readonly database: Pick<Database, 'notices'>;
  readonly outbox: Outbox;
  readonly clock: Clock;
}

/** Whoever takes the deletion of an account back, and the language of a reader who has not said theirs. */
export interface Returning {
  readonly user: UserRow;
  readonly actor: Actor;
  readonly acceptLanguage?: string | null;
}

/** As {@link cancelDeletion}; the audit and the owner are told. */
export async function keepAccount(
  queries: Queries,
  note: Note<AdmissionEvent>,
  { user, actor, acceptLanguage = null }: Returning,
  dependencies: Dependencies,
): Promise<UserRow | null> {
  const kept = await cancelDeletion(queries, user, dependencies);
  if (kept === null) return null;
  note({ event: 'account.deletion_cancelled', userId: user.id, actor });
  await dependencies.outbox.post(queries, {
    kind: 'deletion-cancelled',
    recipient: user.email,
    facts: factsOf(user, originOf(actor), new Date(dependencies.clock.now())),
    wishes: [user.locale, acceptLanguage],
  });
  return kept;
}

/**
 * The account stays. Part of the caller's transaction: of a restoring and the erasing that is due, one wins, and the other finds nothing.
 * @returns the user as it is then; null: it is not to be deleted, of another generation or deleted
 */
async function cancelDeletion(
  queries: Queries,
  { id, generation }: UserRow,
  { database, clock }: Pick<Dependencies, 'database' | 'clock'>,
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
