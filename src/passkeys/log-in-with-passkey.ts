import type { z } from 'zod';
import { anonymous } from '../actor';
import type { Admission } from '../admission/admission';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import { Failure } from '../errors';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SignedIn } from '../sessions/signed-in';
import { requireSameAccount } from '../users/account-state';
import { Refused } from '../webauthn/ceremony';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import type { loginWithPasskeyInput } from './passkeys.inputs';

/**
 * Begins a session for whoever has a passkey that verifies its user: both factors at once, and no name is typed.
 * @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS (one answer for every cause), what {@link Admission} throws, FEATURE_DISABLED,
 * FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE
 */
export type LogInWithPasskey = (input: z.output<typeof loginWithPasskeyInput>, requester: Requester) => Promise<Answer<SignedIn>>;

export interface LogInDependencies {
  readonly passkeyCheck: PasskeyCheck;
  readonly admission: Admission;
  readonly audit: AuditService<'login'>;
  readonly ledger: Ledger;
  readonly limits: Limits;
}

export const createLogInWithPasskey =
  ({ passkeyCheck, admission, audit, ledger, limits }: LogInDependencies): LogInWithPasskey =>
  async ({ passkey: answer, delivery }, requester) => {
    passkeyCheck.party();
    requireDeliverable(delivery, requester);
    const reservation = await ledger.reserve(attemptsFrom(requester, limits.passkeyOfNetwork), requester);
    return withEffects(reservation.effects, async () => {
      const shown = await releasingUnlessJudged(reservation, () => passkeyCheck.judge(answer, { purpose: 'login' }, requester));
      if (shown instanceof Refused) {
        await reservation.count();
        const { userId, reason } = shown;
        await audit.record({ event: 'login', outcome: 'refused', userId, actor: anonymous(requester), detail: `passkey: ${reason}` });
        throw new Failure('INVALID_CREDENTIALS');
      }
      const { user, methods, useUp } = shown;
      const signedIn = await releasingUnlessJudged(reservation, () =>
        admission.admit(user, {
          methods,
          requester,
          delivery,
          change: async (queries) => {
            await useUp(queries);
            return requireSameAccount(queries, { id: user.id, generation: user.generation }, 'INVALID_CREDENTIALS');
          },
        }),
      );
      await reservation.forgive();
      return signedIn;
    });
  };
