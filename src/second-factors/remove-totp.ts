import { userActor } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Queries } from '../database/database';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FreshSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import { dropUselessRecoveryCodes } from './codes/make-recovery-codes';
import type { SecondFactorsEvent } from './second-factors.events';

/** The recovery codes go with the last second factor. @throws {Failure} UNAUTHENTICATED (ended meanwhile), UNAVAILABLE */
export type RemoveTotp = (session: FreshSession, requester: Requester) => Promise<{ readonly user: User }>;

interface Dependencies {
  readonly audit: AuditService<SecondFactorsEvent>;
  readonly sessions: SessionsService;
  readonly ownerNotices: OwnerNotices;
}

export const createRemoveTotp =
  ({ audit, sessions, ownerNotices }: Dependencies): RemoveTotp =>
  ({ user, row }, requester) =>
    audit.change(async (queries, note) => {
      await sessions.requireUnended(queries, row, user);
      if (await dropTotp(queries, user.id)) {
        const eventId = note({ event: 'totp.removed', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
        await ownerNotices.tell(queries, { kind: 'totp-removed', user, eventId, requester });
      }
      return { user: toUser(user) };
    });

/** Part of the caller's transaction. @returns whether an app was in use */
export async function dropTotp(queries: Queries, userId: string): Promise<boolean> {
  const { count } = await queries.totp.deleteMany({ where: { userId, confirmedAt: { not: null } } });
  await queries.totp.deleteMany({ where: { userId } });
  await dropUselessRecoveryCodes(queries, userId);
  return count > 0;
}

/** Of somebody who has lost all of them. Part of the caller's transaction. @returns whether there was any */
export async function dropSecondFactors(queries: Queries, userId: string): Promise<boolean> {
  const { count } = await queries.passkey.deleteMany({ where: { userId } });
  return (await dropTotp(queries, userId)) || count > 0;
}
