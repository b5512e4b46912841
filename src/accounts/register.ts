import { type Answer, withEffects } from '../answer';
import { attemptsFrom } from '../limits/attempt';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { releasingUnlessJudged } from '../limits/reservation';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Requester } from '../requester';
import { requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { InsertUser, Registration } from './new-user';

/**
 * Makes a user, and begins its first session in the same transaction.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE
 */
export type Register = (registration: Registration, requester: Requester) => Promise<Answer<SignedIn>>;

interface Dependencies {
  readonly insertUser: InsertUser;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ledger: Ledger;
  readonly limits: Limits;
}

export const createRegister =
  ({ insertUser, sessions, hasher, policy, ledger, limits }: Dependencies): Register =>
  async (registration, requester) => {
    requireDeliverable(registration.delivery, requester);
    await policy.check(registration.password, registration, 'password');
    ledger.refuseKnown(attemptsFrom(requester, limits.register));
    hasher.requireRoom(requester);
    const reservation = await ledger.reserve(attemptsFrom(requester, limits.register), requester);
    return withEffects(reservation.effects, () =>
      insertUser(registration, requester, {
        judge: async (lookUp) => {
          const taken = await releasingUnlessJudged(reservation, lookUp);
          await reservation.count(); // a refused one too: it tells which names are taken; and one that gets no hash, or goes away before it
          return taken;
        },
        insert: (user) => sessions.startForNewUser({ user, requester, delivery: registration.delivery, methods: ['pwd'] }),
      }),
    );
  };
