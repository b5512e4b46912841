import type { z } from 'zod';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Queries } from '../database/database';
import { Failure } from '../errors';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { OwnerNotices } from '../mail/owner-notices';
import type { FactorOwner } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { SessionsService } from '../sessions/sessions.service';
import { makeRecoveryCodes, type NewRecoveryCodes } from './codes/make-recovery-codes';
import { matchingStep, readTotpCode, stepAt } from './codes/totp';
import { openTotpSecret } from './codes/totp-secret';
import { endOthers, requireOwner } from './factor-owner';
import type { SecondFactorsEvent } from './second-factors.events';
import type { confirmTotpInput } from './second-factors.inputs';
import type { SecondFactorsSettings } from './second-factors.settings';

/**
 * Switches the app on, with a code of it, which counts for nothing else. The first second factor gives recovery codes.
 * @throws {Failure} BAD_USER_INPUT, INVALID_CODE (also where somebody without a session has a second factor meanwhile), UNAUTHENTICATED
 * (ended meanwhile), RATE_LIMITED, UNAVAILABLE
 */
export type ConfirmTotp = (
  owner: FactorOwner,
  input: z.output<typeof confirmTotpInput>,
  requester: Requester,
) => Promise<Answer<NewRecoveryCodes>>;

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<SecondFactorsEvent>;
  readonly sessions: SessionsService;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly config: Pick<SecondFactorsSettings, 'totpDrift'>;
}

interface Confirmed {
  readonly pendingSecret: string;
  readonly step: number;
}

export function createConfirmTotp(dependencies: Dependencies): ConfirmTotp {
  const { database, audit, sessions, ledger, limits, ownerNotices, secrets, clock, config } = dependencies;

  const judge = async (userId: string, typed: string): Promise<Confirmed | null> => {
    const pendingSecret = (await database.client.totp.findUnique({ where: { userId } }))?.pendingSecret ?? null;
    const code = readTotpCode(typed);
    const secret = pendingSecret === null ? null : openTotpSecret(pendingSecret, userId, secrets);
    if (pendingSecret === null || secret === null || code === null) return null;
    const step = matchingStep(secret, code, { step: stepAt(clock.now()), drift: config.totpDrift, lastStep: 0 });
    return step === null ? null : { pendingSecret, step };
  };

  /** One statement: of two confirmations at once, one finds the secret waiting. */
  const switchOn = async (queries: Queries, userId: string, { pendingSecret, step }: Confirmed): Promise<void> => {
    const { count } = await queries.totp.updateMany({
      where: { userId, pendingSecret },
      data: { secret: pendingSecret, pendingSecret: null, confirmedAt: new Date(clock.now()), lastStep: step },
    });
    if (count === 0) throw new Failure('INVALID_CODE');
  };

  return async (owner, { code, endOtherSessions }, requester) => {
    const { user, row } = owner;
    const attempt = { limit: limits.secondFactor, subject: user.id, account: { userId: user.id } };
    const reservation = await ledger.reserve([attempt], requester);
    return withEffects(reservation.effects, async () => {
      const confirmed = await releasingUnlessJudged(reservation, () => judge(user.id, code));
      if (confirmed === null) {
        await reservation.count();
        throw new Failure('INVALID_CODE');
      }
      const made = await releasingUnlessJudged(reservation, () =>
        audit.change(async (queries, note) => {
          const { endedSessions } = endOtherSessions ? await endOthers(queries, owner, sessions) : { endedSessions: 0 };
          if (!endOtherSessions) await requireOwner(queries, owner, sessions);
          await switchOn(queries, user.id, confirmed);
          const recoveryCodes = await makeRecoveryCodes(queries, user.id, clock, 'unless there are some');
          const eventId = note({ event: 'totp.added', userId: user.id, sessionId: row?.id, actor: userActor(user.id, requester) });
          await ownerNotices.tell(queries, { kind: 'totp-added', user, eventId, requester });
          return { recoveryCodes, endedSessions };
        }),
      );
      await reservation.forgive();
      return made;
    });
  };
}
