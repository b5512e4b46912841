import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../clock';
import type { UserRow } from '../database/database';
import type { Failure } from '../errors';
import { normalKey } from '../names/normal-key';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { KeyedMutex } from '../queues/keyed-mutex';
import type { Requester } from '../requester';
import type { registerInput } from './accounts.inputs';
import type { TakenNames } from './taken-names';

export type Registration = z.output<typeof registerInput>;

/** Somebody new. Without a password: another provider's word, or a passkey, opens the account. */
export type NewPerson = Pick<Registration, 'username' | 'email' | 'name'> & { readonly password?: string | undefined };

/** How one user is made. */
export interface NewUser<T> {
  /** Says whether the names are taken, by `lookUp`. */
  readonly judge?: (lookUp: () => Promise<Failure | null>) => Promise<Failure | null>;
  readonly insert: (row: UserRow) => Promise<T>;
}

/** Makes a user's row and inserts it. @throws {Failure} USERNAME_TAKEN, EMAIL_TAKEN, UNAVAILABLE */
export type InsertUser = <T>(person: NewPerson, requester: Requester, how: NewUser<T>) => Promise<T>;

interface Dependencies {
  readonly mutex: KeyedMutex;
  readonly names: TakenNames;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

/**
 * Of those who want one name in this process at the same time, one hashes, and the others are told that the name is taken.
 * The unique index alone decides: it is what holds over several nodes.
 */
export const createInsertUser =
  ({ mutex, names, hasher, clock }: Dependencies): InsertUser =>
  ({ username, email, password, name }, requester, { insert, judge = (lookUp) => lookUp() }) => {
    const keys = { usernameKey: normalKey(username), emailKey: normalKey(email) };
    return mutex.runExclusive([`username ${keys.usernameKey}`, `email ${keys.emailKey}`], async () => {
      const taken = await judge(() => names.find(keys, null));
      if (taken !== null) throw taken;
      const passwordHash = password === undefined ? null : await hasher.hash(password, requester);
      const now = new Date(clock.now());
      const own = { id: randomUUID(), username, email, ...keys, passwordHash, name: name ?? null };
      return names.writing(keys, null, () => insert({ ...blankUser, ...own, createdAt: now, updatedAt: now }));
    });
  };

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
