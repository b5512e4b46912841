import type { z } from 'zod';
import type { UserRow } from '../database/database';
import type { userSchema } from './user.schema';

/** A user as every door shows one. Never holds a hash. */
export type User = z.output<typeof userSchema>;

export function toUser(row: UserRow): User {
  const { id, username, email, name, bio, pictureUrl, locale, createdAt, updatedAt } = row;
  const emailVerified = row.emailVerifiedAt !== null;
  return { id, username, email, emailVerified, name, bio, pictureUrl, locale, roles: toRoles(row.roles), createdAt, updatedAt };
}

/** Roles are stored as one text, separated by spaces: SQLite has no lists. */
export const toRoles = (text: string): string[] => text.split(' ').filter((role) => role !== '');

/** What a role may be called. Names are compared exactly: `admin` is not `ADMIN`. */
export const roleName = /^[A-Za-z0-9_.:-]{1,64}$/;

/** The same for people. */
export const roleNameRule = '1 to 64 letters, digits and _ - . :';
