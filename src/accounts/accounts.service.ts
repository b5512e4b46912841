import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { AuditService } from '../audit/audit.service';
import { type Client, clientPrefix, whileHashing } from '../client';
import type { Clock } from '../clock';
import { type Database, insertion, isUniqueViolation, type Statements, type UserRow } from '../database/database';
import { badInput, Failure, type Issue } from '../errors';
import { parseInput } from '../input';
import { givingBackUnheard, type Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import { requireDeliverable } from '../sessions/delivery';
import type { AuthenticatedSession, Verdict } from '../sessions/session.check';
import type { SessionsService } from '../sessions/sessions.service';
import type { SignedIn } from '../sessions/signed-in';
import { toUser, type User } from '../users/user';
import type { UserLoader } from '../users/user.loader';
import { type changePasswordInput, type loginInput, registerInput, standingInput, type updateProfileInput } from './accounts.inputs';
import type { Credentials } from './credentials';
import { normalKey } from './normal-key';
import { createTurns } from './turns';

/** The rules of registering, logging in, and changing what a user is known by. */
export interface AccountsService {
  /** @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN */
  readonly register: (registration: Registration, client: Client) => Promise<SignedIn>;
  /** Makes a user without a session: what `register` does, for the command line. @throws {Failure} as register */
  readonly create: (input: unknown, client: Client, standing?: Standing) => Promise<User>;
  /** @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, RATE_LIMITED */
  readonly login: (input: z.output<typeof loginInput>, client: Client) => Promise<SignedIn>;
  /** What the password policy refuses in an input that is wrong elsewhere. None where the password itself is no usable text. */
  readonly judgePassword: (password: unknown, path: string, owner: Readonly<Record<string, unknown>>) => Promise<readonly Issue[]>;
  /** The caller, or null. */
  readonly me: (verdict: Verdict, loader: UserLoader) => Promise<User | null>;
  /** The caller. */
  readonly profile: (session: AuthenticatedSession, loader: UserLoader) => Promise<User>;
  /** @throws {Failure} BAD_USER_INPUT, INVALID_CREDENTIALS, USERNAME_TAKEN, EMAIL_TAKEN */
  readonly updateProfile: (
    session: AuthenticatedSession,
    changes: z.output<typeof updateProfileInput>,
    client: Client,
    loader: UserLoader,
  ) => Promise<{ readonly user: User }>;
  /**
   * Every other session of the user ends. Of two changes at once one is made, and the other's current password is none any more.
   * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, INVALID_CREDENTIALS
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
  readonly audit: AuditService;
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
   * `hear` is given the look-up of the names alone: whatever is said after it tells whether they are taken.
   */
  const insertUser = async <T>(
    { username, email, password, name }: Registration,
    client: Client,
    insert: (row: UserRow) => Promise<T>,
    hear: (lookUp: () => Promise<void>) => Promise<void> = (lookUp) => lookUp(),
  ): Promise<T> => {
    await policy.check(password, { username, email, name }, 'password');
    const keys = { usernameKey: normalKey(username), emailKey: normalKey(email) };
    return turns.take([`username ${keys.usernameKey}`, `email ${keys.emailKey}`], async () => {
      await hear(() => refuseTaken(keys, null));
      const passwordHash = await whileHashing(client, () => hasher.hash(password, clientPrefix(client), client.isGone));
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

  return {
    register: async (registration, client) => {
      requireDeliverable(registration.delivery, client);
      hasher.requireRoom(clientPrefix(client));
      const reservation = await ledger.reserve([{ limit: limits.register, subject: clientPrefix(client) }], client);
      await reservation.spend(); // a refused one costs a try, too: it tells which names are taken
      return insertUser(
        registration,
        client,
        (row) => sessions.start('user.registered', (statements) => insertRow(statements, row), client, registration.delivery),
        (lookUp) => givingBackUnheard(reservation, lookUp), // and so does one that gets no hash, or goes away before it
      );
    },

    create: async (input, client, { roles = [], verified = false } = {}) => {
      const { roles: wanted } = parseInput(standingInput, { roles });
      const made = await insertUser(parseInput(registerInput, input), client, (row) =>
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

    updateProfile: async (session, { currentPassword, username, email, ...profile }, client, loader) => {
      const changesAddress = email !== undefined && normalKey(email) !== session.user.emailKey;
      if (changesAddress) {
        if (currentPassword == null) throw badInput({ path: 'currentPassword', message: 'is required to change the address' });
        await credentials.verifyOwn(session.user, currentPassword, client, { event: 'email.changed', sessionId: session.row.id });
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
      const passwordHash = await whileHashing(client, () => hasher.hash(newPassword, clientPrefix(client), client.isGone));
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

const blankUser = { emailVerifiedAt: null, bio: null, pictureUrl: null, locale: null, roles: '', disabledAt: null, generation: 0 } as const;

async function insertRow(statements: Statements, row: UserRow): Promise<UserRow> {
  await statements.execute(insertion('users', row));
  return row;
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
