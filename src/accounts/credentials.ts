import { anonymous, userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Database, UserRow } from '../database/database';
import { Failure } from '../errors';
import { type Attempt, attemptsFrom } from '../limits/attempt';
import { isOwnDevice, type KnownDevice, readDeviceToken } from '../limits/device-token';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { type Reservation, releasingUnlessJudged } from '../limits/reservation';
import { normalKey } from '../names/normal-key';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import type { AccountsEvent } from './accounts.events';

/** Whether a password is somebody's: with its limits, with the same work whatever the answer, and told to the audit. */
export interface Credentials {
  /** The user of that name, whose password it is and who may be here. @throws {Failure} INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly verify: (identifier: string, password: string, requester: Requester) => Promise<Answer<UserRow>>;
  /**
   * The current password of somebody who is logged in: guessing it with a stolen session is limited like guessing at
   * the door. @throws {Failure} INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE
   */
  readonly verifyOwn: (user: UserRow, password: string, requester: Requester, about: About) => Promise<Answer<UserRow>>;
}

/** What a password is asked for, as the audit tells it. */
interface About {
  readonly event: AccountsEvent;
  readonly tried?: string;
  readonly sessionId?: string;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<AccountsEvent>;
  readonly hasher: PasswordHasher;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
}

export function createCredentials({ database, audit, hasher, ledger, limits, secrets }: Dependencies): Credentials {
  const users = database.client.user;

  const findUser = (name: string): Promise<UserRow | null> => database.findUser(name.includes('@') ? 'emailKey' : 'usernameKey', name);

  const { strangersAttempts, devicesAttempts } = attemptsOf(limits);
  const judge = createJudge({ database, audit, hasher });

  /**
   * What a node remembers of a user may have the hash from before it was renewed, and a change goes over the current one alone. Of another
   * generation is somebody whose sessions have ended meanwhile: that is found out where the change is written.
   */
  const readAgain = async (user: UserRow): Promise<UserRow> => {
    const current = await users.findUnique({ where: { id: user.id } });
    return current?.generation === user.generation ? current : user;
  };

  return {
    verify: async (identifier, password, requester) => {
      const name = normalKey(identifier);
      const device = readDeviceToken(requester.deviceToken, secrets);
      if (device === null) ledger.refuseKnown(strangersAttempts(name, null, requester));
      hasher.requireRoom(requester);
      let found: UserRow | null = null as UserRow | null;
      // The look-up waits for its turn too: those of a flood would stand in the pool before everybody else's.
      const findAttempts = async (): Promise<readonly Attempt[]> => {
        found = await findUser(name);
        const isKnown = device !== null && isOwnDevice(device, found);
        return isKnown ? devicesAttempts(device) : strangersAttempts(name, found, requester);
      };
      const reservation = await ledger.reserve(findAttempts, requester);
      return withEffects(reservation.effects, async () => {
        const user = await judge(found, password, requester, { about: { event: 'login', tried: name }, reservation });
        await reservation.forgive();
        return user;
      });
    },
    verifyOwn: async (user, password, requester, about) => {
      hasher.requireRoom(requester);
      const attempt = { limit: limits.passwordCheck, subject: user.id, account: { userId: user.id } };
      const reservation = await ledger.reserve([attempt], requester);
      return withEffects(reservation.effects, async () => {
        const current = await releasingUnlessJudged(reservation, () => readAgain(user));
        const verified = await judge(current, password, requester, { about, reservation });
        await reservation.forgive();
        return verified;
      });
    },
  };
}

const attemptsOf = (limits: Limits) => ({
  /** The buckets of a login from where nobody of the account has been before: alike for an account that does not exist. */
  strangersAttempts: (name: string, user: UserRow | null, requester: Requester): Attempt[] => {
    const account = { userId: user?.id, tried: name };
    return [
      ...attemptsFrom(requester, limits.loginFromNetwork, { key: name, account }),
      ...attemptsFrom(requester, limits.loginOfNetwork),
      { limit: limits.loginOfAccount, subject: name, account },
    ];
  },
  /** Those of a device that the owner has used before: its own and those of all such devices, so that nobody else can use them up. */
  devicesAttempts: ({ userId, deviceId }: KnownDevice): Attempt[] => [
    { limit: limits.loginFromDevice, subject: `${userId} ${deviceId}`, account: { userId } },
    { limit: limits.loginOfDevices, subject: userId, account: { userId } },
  ],
});

/** Always one look-up and one comparison; only then it is decided, and every refusal is the same. */
function createJudge({ database, audit, hasher }: Pick<Dependencies, 'database' | 'audit' | 'hasher'>) {
  /** Only over the hash that was verified, so that it never undoes a password change. @returns the user with the hash that counts */
  const rehash = async (user: UserRow, password: string, requester: Requester): Promise<UserRow> => {
    try {
      const passwordHash = await hasher.hash(password, requester);
      const { count } = await database.client.user.updateMany({
        where: { id: user.id, passwordHash: user.passwordHash },
        data: { passwordHash },
      });
      await database.notices.publish(database.client, 'user', [user.id]);
      return count === 1 ? { ...user, passwordHash } : user;
    } catch (error) {
      // The login is right all the same, and the next one tries again.
      if (!(error instanceof Failure && error.code === 'UNAVAILABLE')) throw error;
      return user;
    }
  };

  return async (user: UserRow | null, password: string, requester: Requester, asking: Asking): Promise<UserRow> => {
    const { matches, isOutdated } = await releasingUnlessJudged(asking.reservation, () =>
      hasher.verify(password, user?.passwordHash ?? null, requester),
    );
    if (user === null || user.disabledAt !== null || !matches) {
      const detail = user === null ? 'unknown user' : matches ? 'disabled' : 'wrong password';
      await asking.reservation.count();
      const actor = user === null || asking.about.sessionId === undefined ? anonymous(requester) : userActor(user.id, requester);
      await audit.record({ ...asking.about, outcome: 'refused', userId: user?.id, actor, detail });
      throw new Failure('INVALID_CREDENTIALS');
    }
    return isOutdated ? rehash(user, password, requester) : user;
  };
}

interface Asking {
  readonly about: About;
  /** The tries that it counts as. */
  readonly reservation: Reservation;
}
