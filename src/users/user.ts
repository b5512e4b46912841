import type { UserRow } from '../database/database';

/** A user as both doors show one. Never holds a hash. */
export interface User {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly bio: string | null;
  readonly pictureUrl: string | null;
  readonly locale: string | null;
  readonly roles: string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export function toUser(row: UserRow): User {
  const { id, username, email, name, bio, pictureUrl, locale, createdAt, updatedAt } = row;
  const emailVerified = row.emailVerifiedAt !== null;
  return { id, username, email, emailVerified, name, bio, pictureUrl, locale, roles: toRoles(row.roles), createdAt, updatedAt };
}

/** Roles are stored as one text, separated by spaces: SQLite has no lists. */
export const toRoles = (text: string): string[] => text.split(' ').filter((role) => role !== '');

/** What a role may be called. */
export const roleName = /^[A-Z][A-Z0-9_]{0,31}$/;
