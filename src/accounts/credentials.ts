import type { AuditEventName } from '../audit/audit.events';
import type { AuditService } from '../audit/audit.service';
import { type Client, clientPrefix, whileHashing } from '../client';
import type { Database, UserRow } from '../database/database';
import { Failure } from '../errors';
import { readDeviceToken } from '../limits/device-token';
import { type Attempt, givingBackUnheard, type Ledger, type Reservation } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { Secrets } from '../secrets';
import { normalKey } from './normal-key';

/** Whether a password is somebody's: with its limits, with the same work whatever the answer, and told to the audit. */
export interface Credentials {
  /** The user of that name, whose password it is and who may be here. @throws {Failure} INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE */
  readonly verify: (identifier: string, password: string, client: Client) => Promise<UserRow>;
  /**
   * The current password of somebody who is logged in: guessing it with a stolen session is limited like guessing at
   * the door. @throws {Failure} INVALID_CREDENTIALS, RATE_LIMITED, UNAVAILABLE
   */
  readonly verifyOwn: (user: UserRow, password: string, client: Client, about: About) => Promise<UserRow>;
}

/** What a password is asked for, as the audit tells it. */
interface About {
  readonly event: AuditEventName;
  readonly tried?: string;
  readonly sessionId?: string;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
}

export function createCredentials({ database, audit, hasher, ledger, limits, secrets }: Dependencies): Credentials {
  const users = database.client.user;

  const findUser = (identifier: string): Promise<UserRow | null> => {
    const key = normalKey(identifier);
    return database.findUser(key.includes('@') ? 'emailKey' : 'usernameKey', key);
  };

  /**
   * The buckets that a login counts in. A device that the owner has used before has one of its own and no other, so
   * that nobody else can use it up; everybody else counts by account and network. They are the same for an account
   * that does not exist.
   */
  const loginAttempts = (identifier: string, user: UserRow | null, client: Client): Attempt[] => {
    const device = readDeviceToken(client.deviceToken, secrets);
    if (device !== null && device.userId === user?.id)
      return [{ limit: limits.loginFromDevice, subject: `${device.userId} ${device.deviceId}` }];
    const [account, network] = [normalKey(identifier), clientPrefix(client)];
    return [
      { limit: limits.loginFromNetwork, subject: `${account} ${network}` },
      { limit: limits.loginOfNetwork, subject: network },
      { limit: limits.loginOfAccount, subject: account },
    ];
  };

  /** Always one look-up and one comparison; only then it is decided, and every refusal is the same. */
  const judge = async (user: UserRow | null, password: string, client: Client, asking: Asking): Promise<UserRow> => {
    const { matches, isOutdated } = await givingBackUnheard(asking.reservation, () =>
      whileHashing(client, () => hasher.verify(password, user?.passwordHash ?? null, clientPrefix(client), client.isGone)),
    );
    if (user === null || user.disabledAt !== null || !matches) {
      const detail = user === null ? 'unknown user' : matches ? 'disabled' : 'wrong password';
      await asking.reservation.spend();
      await audit.record({ ...asking.about, outcome: 'refused', userId: user?.id, client, detail });
      throw new Failure('INVALID_CREDENTIALS');
    }
    return isOutdated ? rehash(user, password, client) : user;
  };

  /** Only over the hash that was verified, so that it never undoes a password change. @returns the user with the hash that counts */
  const rehash = async (user: UserRow, password: string, client: Client): Promise<UserRow> => {
    try {
      const passwordHash = await whileHashing(client, () => hasher.hash(password, clientPrefix(client), client.isGone));
      const { count } = await users.updateMany({ where: { id: user.id, passwordHash: user.passwordHash }, data: { passwordHash } });
      await database.notices.publish(database.client, 'user', [user.id]);
      return count === 1 ? { ...user, passwordHash } : user;
    } catch (error) {
      // The login is right all the same, and the next one tries again.
      if (!(error instanceof Failure && error.code === 'UNAVAILABLE')) throw error;
      return user;
    }
  };

  return {
    verify: async (identifier, password, client) => {
      hasher.requireRoom(clientPrefix(client));
      const found = await findUser(identifier);
      const reservation = await ledger.reserve(loginAttempts(identifier, found, client), client);
      const user = await judge(found, password, client, { about: { event: 'login', tried: normalKey(identifier) }, reservation });
      await reservation.refund([limits.loginFromNetwork, limits.loginFromDevice]);
      return user;
    },
    verifyOwn: async (user, password, client, about) => {
      hasher.requireRoom(clientPrefix(client));
      const reservation = await ledger.reserve([{ limit: limits.passwordCheck, subject: user.id }], client);
      const verified = await judge(user, password, client, { about, reservation });
      await reservation.refund([limits.passwordCheck]);
      return verified;
    },
  };
}

interface Asking {
  readonly about: About;
  /** The tries that it counts as. */
  readonly reservation: Reservation;
}
