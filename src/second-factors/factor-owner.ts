import type { Queries } from '../database/database';
import { hasSecondFactorNow } from '../database/queries/second-factor.query';
import { Failure } from '../errors';
import type { FactorOwner } from '../proofs/proofs';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { requireSameAccount } from '../users/account-state';

/**
 * Asks again, in the transaction that adds a second factor. Of a session: that it has not ended. Of a challenge: that the account is as it was,
 * and has no second factor yet; of any number at once one adds it, for each waits for the account.
 * @throws {Failure} UNAUTHENTICATED, INVALID_CODE
 */
export async function requireOwner(queries: Queries, { user, row }: FactorOwner, sessions: SessionsService): Promise<void> {
  if (row !== null) return sessions.requireUnended(queries, row, user);
  await requireSameAccount(queries, { id: user.id, generation: user.generation });
  if (await hasSecondFactorNow(queries, user.id)) throw new Failure('INVALID_CODE');
}

/**
 * The same, and ends every other session: without one of the caller, all there are, and the challenge goes on. The account comes before its
 * sessions in both: nobody waits for whom they hold up.
 */
export async function endOthers(queries: Queries, owner: FactorOwner, sessions: SessionsService): Promise<EndedSessions> {
  if (owner.row !== null) return sessions.endOthers(queries, owner);
  await requireOwner(queries, owner, sessions);
  return sessions.endLive(queries, owner.user.id);
}
