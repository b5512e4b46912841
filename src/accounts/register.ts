import type { Client } from '../client';
import { attemptsFrom } from '../limits/attempt';
import { type Ledger, releasingUnlessJudged } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import { requireDeliverable } from '../sessions/delivery';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import type { InsertUser, Registration } from './new-user';

/**
 * Makes a user, and begins its first session in the same transaction.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE
 */
export type Register = (registration: Registration, client: Client) => Promise<SignedIn>;

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
  async (registration, client) => {
    requireDeliverable(registration.delivery, client);
    await policy.check(registration.password, registration, 'password');
    ledger.refuseKnown(attemptsFrom(client, limits.register), client);
    hasher.requireRoom(client);
    const reservation = await ledger.reserve(attemptsFrom(client, limits.register), client);
    return insertUser(registration, client, {
      judge: async (lookUp) => {
        const taken = await releasingUnlessJudged(reservation, lookUp);
        await reservation.count(); // a refused one too: it tells which names are taken; and one that gets no hash, or goes away before it
        return taken;
      },
      insert: (user) => sessions.startForNewUser({ user, client, delivery: registration.delivery }),
    });
  };
