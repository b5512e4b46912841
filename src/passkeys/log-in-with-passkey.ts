import type { z } from 'zod';
import { anonymous } from '../actor';
import type { Admission } from '../admission/admission';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Queries, UserRow } from '../database/database';
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
import type { PasskeyAnswer } from '../webauthn/passkey-answer';
import type { Asked, PasskeyCheck, ShownPasskey } from '../webauthn/passkey-check';
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

export const createLogInWithPasskey = (dependencies: LogInDependencies): LogInWithPasskey => {
  const { passkeyCheck, admission } = dependencies;
  const show = createShowPasskey(dependencies);
  return async ({ passkey, delivery }, requester) => {
    passkeyCheck.party();
    requireDeliverable(delivery, requester);
    return show(passkey, { purpose: 'login' }, requester, ({ user, methods, useUp }) =>
      admission.admit(user, { methods, requester, delivery, change: useUp }),
    );
  };
};

/** Whom a passkey has named. `useUp`: uses it up, and makes sure of its owner. */
export interface Named {
  readonly user: UserRow;
  readonly methods: ShownPasskey['methods'];
  readonly useUp: (queries: Queries) => Promise<UserRow>;
}

/**
 * Asks a passkey who is there, and goes on with whoever it names. Tries count for the network, whatever they are for.
 * @throws {Failure} INVALID_CREDENTIALS (one answer for every cause), FEATURE_DISABLED, RATE_LIMITED, UNAVAILABLE, and what `enter` throws
 */
export const createShowPasskey =
  ({ passkeyCheck, audit, ledger, limits }: Omit<LogInDependencies, 'admission'>) =>
  async (
    answer: PasskeyAnswer,
    asked: Asked,
    requester: Requester,
    enter: (named: Named) => Promise<Answer<SignedIn>>,
  ): Promise<Answer<SignedIn>> => {
    const reservation = await ledger.reserve(attemptsFrom(requester, limits.passkeyOfNetwork), requester);
    return withEffects(reservation.effects, async () => {
      const shown = await releasingUnlessJudged(reservation, () => passkeyCheck.judge(answer, asked, requester));
      if (shown instanceof Refused) {
        await reservation.count();
        const { userId, reason } = shown;
        await audit.record({ event: 'login', outcome: 'refused', userId, actor: anonymous(requester), detail: `passkey: ${reason}` });
        throw new Failure('INVALID_CREDENTIALS');
      }
      const { user, methods, useUp } = shown;
      const named: Named = {
        user,
        methods,
        useUp: async (queries) => {
          await useUp(queries);
          return requireSameAccount(queries, { id: user.id, generation: user.generation }, 'INVALID_CREDENTIALS');
        },
      };
      const signedIn = await releasingUnlessJudged(reservation, () => enter(named));
      await reservation.forgive();
      return signedIn;
    });
  };
