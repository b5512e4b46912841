import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AuditEventName } from '../audit/audit.events';
import type { AuditService } from '../audit/audit.service';
import { type Client, clientPrefix } from '../client';
import type { Clock } from '../clock';
import { type Database, isUniqueViolation, type UserRow } from '../database/database';
import { badInput, Failure } from '../errors';
import { parseInput } from '../input';
import { readDeviceToken } from '../limits/device-token';
import type { Attempt, Ledger, Reservation } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Secrets } from '../secrets';
import { requireDeliverable } from '../sessions/delivery';
import type { AuthenticatedSession, Verdict } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import { changePasswordInput, loginInput, normalKey, registerInput, updateProfileInput } from './accounts.inputs';
import { createTurns } from './turns';

/** The rules of registering, logging in, and changing what a user is known by. */
export interface AccountsService {
  /** @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN */
  readonly register: (input: unknown, client: Client) => Promise<SignedIn>;
  /** Makes a user without a session: what `register` does, for the command line. @throws {Failure} as register */
  readonly create: (input: unknown, client: Client) => Promise<User>;
  /** @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, RATE_LIMITED */
  readonly login: (input: unknown, client: Client) => Promise<SignedIn>;
  /** The caller, or null. */
  readonly me: (verdict: Verdict, loader: UserLoader) => Promise<User | null>;
  /** The caller. */
  readonly profile: (session: AuthenticatedSession, loader: UserLoader) => Promise<User>;
  /** @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, USERNAME_TAKEN, EMAIL_TAKEN */
  readonly updateProfile: (
    session: AuthenticatedSession,
    input: unknown,
    client: Client,
    loader: UserLoader,
  ) => Promise<{ readonly user: User }>;
  /**
   * Every other session of the user ends. Of two changes at once one is made, and the other's current password is none any more.
   * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, INVALID_CREDENTIALS
   */
  readonly changePassword: (
    session: AuthenticatedSession,
    input: unknown,
    client: Client,
  ) => Promise<{ readonly user: User; readonly endedSessions: number }>;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly secrets: Secrets;
}

export function createAccountsService(dependencies: Dependencies): AccountsService {
  const { database, audit, sessions, hasher, policy, clock, ledger, limits, secrets } = dependencies;
  const users = database.client.user;
  const turns = createTurns();

  /**
   * Those who want one name at the same time take turns, so that one hashes and the others are told that it is taken.
   * The unique index alone decides: it is what holds over several nodes.
   */
  const insertUser = async <T>(
    { username, email, password, name }: Registration,
    client: Client,
    insert: (row: NewUser) => Promise<T>,
  ): Promise<T> => {
    await policy.check(password, { username, email, name }, 'password');
    const keys = { usernameKey: normalKey(username), emailKey: normalKey(email) };
    return turns.take([`username ${keys.usernameKey}`, `email ${keys.emailKey}`], async () => {
      await refuseTaken(keys, null);
      const passwordHash = await hasher.hash(password, clientPrefix(client));
      const now = new Date(clock.now());
      const row = { id: randomUUID(), username, email, ...keys, passwordHash, name: name ?? null, createdAt: now, updatedAt: now };
      return translatingTaken(keys, null, () => insert(row));
    });
  };

  const refuseTaken = async (keys: Partial<Keys>, ownId: string | null): Promise<void> => {
    const { usernameKey, emailKey } = keys;
    const wanted = [...(usernameKey === undefined ? [] : [{ usernameKey }]), ...(emailKey === undefined ? [] : [{ emailKey }])];
    if (wanted.length === 0) return;
    const others = await users.findMany({
      where: { OR: wanted, ...(ownId === null ? {} : { id: { not: ownId } }) },
      select: { usernameKey: true },
    });
    if (others.some((other) => other.usernameKey === usernameKey)) throw new Failure('USERNAME_TAKEN');
    if (others.length > 0) throw new Failure('EMAIL_TAKEN');
  };

  const translatingTaken = async <T>(keys: Partial<Keys>, ownId: string | null, write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await refuseTaken(keys, ownId);
      throw error;
    }
  };

  /** Always one look-up and one comparison; only then it is decided, and every refusal is the same. */
  const verifyPassword = async (user: UserRow | null, password: string, client: Client, asking: Asking): Promise<UserRow> => {
    const { matches, isOutdated } = await givingBackUnheard(asking.reservation, () =>
      hasher.verify(password, user?.passwordHash ?? null, clientPrefix(client)),
    );
    if (user === null || user.disabledAt !== null || !matches) {
      const detail = user === null ? 'unknown user' : matches ? 'disabled' : 'wrong password';
      await audit.record({ ...asking.about, outcome: 'refused', userId: user?.id, client, detail });
      throw new Failure('INVALID_CREDENTIALS');
    }
    return isOutdated ? rehash(user, password, client) : user;
  };

  /** Only over the hash that was verified, so that it never undoes a password change. @returns the user with the hash that counts */
  const rehash = async (user: UserRow, password: string, client: Client): Promise<UserRow> => {
    try {
      const passwordHash = await hasher.hash(password, clientPrefix(client));
      const { count } = await users.updateMany({ where: { id: user.id, passwordHash: user.passwordHash }, data: { passwordHash } });
      return count === 1 ? { ...user, passwordHash } : user;
    } catch (error) {
      // The login is right all the same, and the next one tries again.
      if (!(error instanceof Failure && error.code === 'UNAVAILABLE')) throw error;
      return user;
    }
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

  /** Guessing the password of a stolen session is limited like guessing at the door. */
  const verifyOwnPassword = async (user: UserRow, password: string, client: Client, about: Asking['about']): Promise<UserRow> => {
    const reservation = await ledger.reserve([{ limit: limits.passwordCheck, subject: user.id }], client);
    const verified = await verifyPassword(user, password, client, { about, reservation });
    await reservation.refund([limits.passwordCheck]);
    return verified;
  };

  const findUser = (identifier: string): Promise<UserRow | null> => {
    const key = normalKey(identifier);
    return users.findUnique({ where: key.includes('@') ? { emailKey: key } : { usernameKey: key } });
  };

  return {
    register: async (input, client) => {
      const registration = parseInput(registerInput, input);
      requireDeliverable(registration.delivery, client);
      await ledger.reserve([{ limit: limits.register, subject: clientPrefix(client) }], client);
      return insertUser(registration, client, (row) =>
        sessions.start('user.registered', (queries) => queries.user.create({ data: row }), client, registration.delivery),
      );
    },

    create: async (input, client) => {
      const made = await insertUser(parseInput(registerInput, input), client, (row) =>
        audit.change(async (queries, note) => {
          note({ event: 'user.created', userId: row.id, client });
          return queries.user.create({ data: row });
        }),
      );
      return toUser(made);
    },

    login: async (input, client) => {
      const { identifier, password, delivery } = parseInput(loginInput, input);
      requireDeliverable(delivery, client);
      const found = await findUser(identifier);
      const reservation = await ledger.reserve(loginAttempts(identifier, found, client), client);
      const user = await verifyPassword(found, password, client, { about: { event: 'login', tried: normalKey(identifier) }, reservation });
      await reservation.refund([limits.loginFromNetwork, limits.loginFromDevice]);
      return sessions.start('login', async () => user, client, delivery);
    },

    me: async (verdict, loader) => (verdict.accepted ? loader.load(verdict.session.user.id) : null),

    profile: async ({ user }, loader) => {
      const found = await loader.load(user.id);
      if (found === null) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
      return found;
    },

    updateProfile: async (session, input, client, loader) => {
      const { currentPassword, username, email, ...profile } = parseInput(updateProfileInput, input);
      const changesAddress = email !== undefined && normalKey(email) !== session.user.emailKey;
      if (changesAddress) {
        if (currentPassword == null) throw badInput({ path: 'currentPassword', message: 'is required to change the address' });
        await verifyOwnPassword(session.user, currentPassword, client, { event: 'email.changed', sessionId: session.row.id });
      }
      const keys = {
        ...(username !== undefined && { usernameKey: normalKey(username) }),
        ...(email !== undefined && { emailKey: normalKey(email) }),
      };
      const changes = {
        ...withoutUndefined({ username, email, ...profile }),
        ...keys,
        ...(changesAddress && { emailVerifiedAt: null }),
        updatedAt: new Date(clock.now()),
      };
      const event = { userId: session.user.id, sessionId: session.row.id, client };
      const changed = Object.keys(withoutUndefined({ username, ...profile }));
      const row = await translatingTaken(keys, session.user.id, () =>
        audit.change(async (queries, note) => {
          if (changesAddress) note({ event: 'email.changed', ...event });
          if (changed.length > 0) note({ event: 'profile.changed', ...event, detail: changed.join(' ') });
          const written = await queries.user.update({ where: { id: session.user.id }, data: changes });
          await sessions.requireUnended(queries, session.row, written);
          return written;
        }),
      );
      const user = toUser(row);
      loader.clear(user.id).prime(user.id, user); // the rest of the request sees the new profile
      return { user };
    },

    changePassword: async (session, input, client) => {
      const { currentPassword, newPassword } = parseInput(changePasswordInput, input);
      await policy.check(newPassword, session.user, 'newPassword');
      if (currentPassword.normalize('NFKC') === newPassword.normalize('NFKC'))
        throw new Failure('WEAK_PASSWORD', { issues: [{ path: 'newPassword', message: 'must not be the current password' }] });
      const asking = { event: 'password.changed', sessionId: session.row.id } as const;
      const user = await verifyOwnPassword(session.user, currentPassword, client, asking);
      const passwordHash = await hasher.hash(newPassword, clientPrefix(client));
      return audit.change(async (queries, note) => {
        const { endedSessions } = await sessions.endOthers(queries, session);
        // Only over the hash that was verified: of two changes at once, the second has not named the current password.
        const [row] = await queries.user.updateManyAndReturn({
          where: { id: user.id, passwordHash: user.passwordHash, disabledAt: null },
          data: { passwordHash, updatedAt: new Date(clock.now()) },
        });
        if (row === undefined) throw new Failure('INVALID_CREDENTIALS');
        note({ ...asking, userId: user.id, client, detail: `${endedSessions} other sessions ended` });
        return { user: toUser(row), endedSessions };
      });
    },
  };
}

type NewUser = Parameters<Database['client']['user']['create']>[0]['data'] & { readonly id: string };

/** What a password is asked for, as the audit tells it, and the tries that it counts as. */
interface Asking {
  readonly about: { readonly event: AuditEventName; readonly tried?: string; readonly sessionId?: string };
  readonly reservation: Reservation;
}

/** A guess that no thread has had time for is none: a storm of others must not use up what the owner may try. */
async function givingBackUnheard<T>(reservation: Reservation, hear: () => Promise<T>): Promise<T> {
  try {
    return await hear();
  } catch (error) {
    await reservation.refund();
    throw error;
  }
}

type Registration = z.output<typeof registerInput>;

interface Keys {
  readonly usernameKey: string;
  readonly emailKey: string;
}

/** Prisma reads undefined as "unchanged"; it is left out so that the types say so too. */
type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

const withoutUndefined = <T extends object>(fields: T): Defined<T> =>
  // Only undefined values are dropped.
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
