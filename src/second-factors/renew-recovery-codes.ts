import { userActor } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import { readSecondFactors } from '../database/queries/second-factor.query';
import { Failure } from '../errors';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FreshSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { SessionsService } from '../sessions/sessions.service';
import { makeRecoveryCodes, type NewRecoveryCodes } from './codes/make-recovery-codes';
import type { SecondFactorsEvent } from './second-factors.events';

/**
 * The earlier ones are worth nothing any more. @throws {Failure} FORBIDDEN without a second factor, UNAUTHENTICATED (ended meanwhile),
 * UNAVAILABLE
 */
export type RenewRecoveryCodes = (session: FreshSession, requester: Requester) => Promise<NewRecoveryCodes>;

interface Dependencies {
  readonly audit: AuditService<SecondFactorsEvent>;
  readonly sessions: SessionsService;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

export const createRenewRecoveryCodes =
  ({ audit, sessions, ownerNotices, clock }: Dependencies): RenewRecoveryCodes =>
  ({ user, row }, requester) =>
    audit.change(async (queries, note) => {
      await sessions.requireUnended(queries, row, user);
      const { totp, passkeys } = await readSecondFactors(queries, user.id);
      if (!totp && passkeys === 0) throw new Failure('FORBIDDEN');
      const recoveryCodes = await makeRecoveryCodes(queries, user.id, clock);
      const eventId = note({ event: 'recovery_codes.renewed', userId: user.id, sessionId: row.id, actor: userActor(user.id, requester) });
      await ownerNotices.tell(queries, { kind: 'recovery-codes-renewed', user, eventId, requester });
      return { recoveryCodes, endedSessions: 0 };
    });
