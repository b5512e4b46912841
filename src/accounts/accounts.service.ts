import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AuditService } from '../audit/audit.service';
import type { Client } from '../client';
import type { Clock } from '../clock';
import { type Database, insertion, isUniqueViolation, type Statements, type UserRow } from '../database/database';
import { badInput, Failure, type Issue } from '../errors';
import { parseInput } from '../input';
import { attemptsFrom } from '../limits/attempt';
import { type Ledger, releasingUnlessJudged } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import { requireDeliverable } from '../sessions/delivery';
import type { AuthenticatedSession, Verdict } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import type { AccountsEvent } from './accounts.events';
import { type changePasswordInput, type loginInput, registerInput, standingInput, type updateProfileInput } from './accounts.inputs';
import type { Credentials } from './credentials';
import { normalKey } from './normal-key';
import { profileChanges } from './profile.changes';
import { createTurns } from './turns';

/** The rules of registering, logging in, and changing what a user is known by. */
export interface AccountsService {
  /** @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, FORBIDDEN (a cookie for a foreign page), RATE_LIMITED, UNAVAILABLE */
  readonly register: (registration: Registration, client: Client) => Promise<SignedIn>;
  /**
   * Makes a user without a session and without a limit: what `register` does, for the command line.
   * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, UNAVAILABLE
   */
  readonly create: (input: unknown, client: Client, standing?: Standing) => Promise<User>;
  /** @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, RATE_LIMITED */
  readonly login: (input: z.output<typeof loginInput>, client: Client) => Promise<SignedIn>;
  /** What the password policy refuses in an input that is wrong elsewhere. None where the password itself is no usable text. */
  readonly judgePassword: (password: unknown, path: string, owner: Readonly<Record<string, unknown>>) => Promise<readonly Issue[]>;
  /** The caller, or null. */
  readonly me: (verdict: Verdict, loader: UserLoader) => Promise<User | null>;
  /** The caller. */
  readonly profile: (session: AuthenticatedSession, loader: UserLoader) => Promise<User>;
  /**
   * Where nothing changes, nothing is written, counted or told to the audit.
   * @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, USERNAME_TAKEN, EMAIL_TAKEN, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
   */
  readonly updateProfile: (
    session: AuthenticatedSession,
    changes: z.output<typeof updateProfileInput>,
    client: Client,
    loader: UserLoader,
  ) => Promise<{ readonly user: User }>;
  /**
   * Every other session of the user ends. Of two changes at once one is made, and the other's current password is none any more.
   * Every known device of the user is a stranger until its next login.
   * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, INVALID_CREDENTIALS, UNAUTHENTICATED, RATE_LIMITED, UNAVAILABLE
   */
  readonly changePassword: (
    session: AuthenticatedSession,
    passwords: z.output<typeof changePasswordInput>,
    client: Client,
  ) => Promise<{ readonly user: User; readonly endedSessions: number }>;
}

/** What an operator may say of a new user. */
export interface Standing {
  readonly roles?: readonly string[];
  /** Whether the address is taken for the user's own. */
  readonly verified?: boolean;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<AccountsEvent>;
  readonly sessions: SessionsService;
  readonly credentials: Credentials;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly limits: Limits;
}

export function createAccountsService(dependencies: Dependencies): AccountsService {
  const { database, audit, sessions, credentials, hasher, policy, clock, ledger, limits } = dependencies;
  const users = database.client.user;
  const turns = createTurns();

  /**
   * Those who want one name at the same time take turns, so that one hashes and the others are told that it is taken.
   * The unique index alone decides: it is what holds over several nodes.
   * `judge` is given the look-up of the names: whatever is said after it tells whether they are taken.
   */
  const insertUser = async <T>(
    { username, email, password, name }: Registration,
    client: Client,
    insert: (row: UserRow) => Promise<T>,
    judge: (lookUp: () => Promise<Failure | null>) => Promise<Failure | null> = (lookUp) => lookUp(),
  ): Promise<T> => {
    const keys = { usernameKey: normalKey(username), emailKey: normalKey(email) };
    return turns.take([`username ${keys.usernameKey}`, `email ${keys.emailKey}`], async () => {
      const taken = await judge(() => findTaken(keys, null));
      if (taken !== null) throw taken;
      const passwordHash = await hasher.hash(password, client);
      const now = new Date(clock.now());
      const row = {
        ...blankUser,
        id: randomUUID(),
        username,
        email,
        ...keys,
        passwordHash,
        name: name ?? null,
        createdAt: now,
        updatedAt: now,
      };
      return translatingTaken(keys, null, () => insert(row));
    });
  };

  /** Null: they are free, or the user's own. */
  const findTaken = async (keys: Partial<Keys>, ownId: string | null): Promise<Failure | null> => {
    const { usernameKey, emailKey } = keys;
    const wanted = [...(usernameKey === undefined ? [] : [{ usernameKey }]), ...(emailKey === undefined ? [] : [{ emailKey }])];
    if (wanted.length === 0) return null;
    const others = await users.findMany({
      where: { OR: wanted, ...(ownId === null ? {} : { id: { not: ownId } }) },
      select: { usernameKey: true },
    });
    if (others.some((other) => other.usernameKey === usernameKey)) return new Failure('USERNAME_TAKEN');
    return others.length > 0 ? new Failure('EMAIL_TAKEN') : null;
  };

  const translatingTaken = async <T>(keys: Partial<Keys>, ownId: string | null, write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw (await findTaken(keys, ownId)) ?? error;
    }
  };

  return {
    register: async (registration, client) => {
      requireDeliverable(registration.delivery, client);
      await policy.check(registration.password, registration, 'password');
      ledger.refuseKnown(attemptsFrom(client, limits.register), client);
      hasher.requireRoom(client);
      const reservation = await ledger.reserve(attemptsFrom(client, limits.register), client);
      return insertUser(
        registration,
        client,
        (row) => sessions.start('user.registered', (statements) => insertRow(statements, row), client, registration.delivery),
        async (lookUp) => {
          const taken = await releasingUnlessJudged(reservation, lookUp);
          await reservation.count(); // a refused one too: it tells which names are taken; and one that gets no hash, or goes away before it
          return taken;
        },
      );
    },

    create: async (input, client, { roles = [], verified = false } = {}) => {
      const { roles: wanted } = parseInput(standingInput, { roles });
      const registration = parseInput(registerInput, input);
      await policy.check(registration.password, registration, 'password');
      const made = await insertUser(registration, client, (row) =>
        audit.change(async (queries, note) => {
          note({ event: 'user.created', userId: row.id, client, ...(wanted.length > 0 && { detail: wanted.join(' ') }) });
          return queries.user.create({ data: { ...row, roles: wanted.join(' '), emailVerifiedAt: verified ? row.createdAt : null } });
        }),
      );
      return toUser(made);
    },

    login: async ({ identifier, password, delivery }, client) => {
      requireDeliverable(delivery, client);
      const user = await credentials.verify(identifier, password, client);
      return sessions.start('login', async () => user, client, delivery);
    },

    me: async (verdict, loader) => (verdict.accepted ? loader.load(verdict.session.user.id) : null),

    profile: async ({ user }, loader) => {
      const found = await loader.load(user.id);
      if (found === null) throw new Failure('UNAUTHENTICATED', { reason: 'REVOKED' });
      return found;
    },

    judgePassword: async (password, path, owner) => {
      if (typeof password !== 'string') return [];
      const [username, email, name] = [owner.username, owner.email, owner.name].map((part) => (typeof part === 'string' ? part : ''));
      return policy.judge(password, { username: username ?? '', email: email ?? '', name }, path);
    },

    updateProfile: async (session, { currentPassword, ...wanted }, client, loader) => {
      const { columns, keys, changesAddress, fields } = profileChanges(session.user, wanted);
      if (changesAddress) {
        if (currentPassword == null) throw badInput({ path: 'currentPassword', message: 'is required to change the address' });
        await credentials.verifyOwn(session.user, currentPassword, client, { event: 'email.changed', sessionId: session.row.id });
      }
      if (Object.keys(columns).length === 0) return { user: toUser(session.user) };
      const userId = session.user.id;
      await ledger.take([{ limit: limits.profile, subject: userId, account: { userId } }], client); // also where the name is taken: that tells
      const event = { userId, sessionId: session.row.id, client };
      const row = await translatingTaken(keys, userId, () =>
        audit.change(async (queries, note) => {
          if (changesAddress) note({ event: 'email.changed', ...event });
          if (fields.length > 0) note({ event: 'profile.changed', ...event, detail: fields.join(' ') });
          const data = { ...columns, updatedAt: new Date(clock.now()) };
          const written = await queries.user.update({ where: { id: userId }, data });
          await sessions.requireUnended(queries, session.row, written);
          await database.notices.publish(queries, 'user', [written.id]);
          return written;
        }),
      );
      const user = toUser(row);
      loader.prime(user); // the rest of the request sees the new profile
      return { user };
    },

    changePassword: async (session, { currentPassword, newPassword }, client) => {
      await policy.check(newPassword, session.user, 'newPassword');
      if (currentPassword.normalize('NFKC') === newPassword.normalize('NFKC'))
        throw new Failure('WEAK_PASSWORD', { issues: [{ path: 'newPassword', message: 'must not be the current password' }] });
      const asking = { event: 'password.changed', sessionId: session.row.id } as const;
      const user = await credentials.verifyOwn(session.user, currentPassword, client, asking);
      const passwordHash = await hasher.hash(newPassword, client);
      return audit.change(async (queries, note) => {
        const { endedSessions } = await sessions.endOthers(queries, session);
        // Only over the hash that was verified: of two changes at once, the second has not named the current password.
        const [row] = await queries.user.updateManyAndReturn({
          where: { id: user.id, passwordHash: user.passwordHash, disabledAt: null },
          // Who knew the old password is a stranger from now on, also where a device token of then is kept.
          data: { passwordHash, deviceEpoch: { increment: 1 }, updatedAt: new Date(clock.now()) },
        });
        if (row === undefined) throw new Failure('INVALID_CREDENTIALS');
        note({ ...asking, userId: user.id, client, detail: `${endedSessions} other sessions ended` });
        return { user: toUser(row), endedSessions };
      });
    },
  };
}

const blankUser = {
  emailVerifiedAt: null,
  bio: null,
  pictureUrl: null,
  locale: null,
  roles: '',
  disabledAt: null,
  generation: 0,
  deviceEpoch: 0,
  passkeyHandle: null,
  deletesAt: null,
  passwordDistrustedAt: null,
} as const;

async function insertRow(statements: Statements, row: UserRow): Promise<UserRow> {
  await statements.execute(insertion('users', row));
  return row;
}

type Registration = z.output<typeof registerInput>;

interface Keys {
  readonly usernameKey: string;
  readonly emailKey: string;
}
