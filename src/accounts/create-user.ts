import { operator } from '../actor';
import type { AuditService } from '../audit/audit.service';
import { parseInput } from '../input';
import type { PasswordPolicy } from '../passwords/password.policy';
import { commandLine } from '../requester';
import { toUser, type User } from '../users/user';
import type { AccountsEvent } from './accounts.events';
import { registerInput, standingInput } from './accounts.inputs';
import type { InsertUser } from './new-user';

/**
 * Makes a user without a session and without a limit, for the command line.
 * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, USERNAME_TAKEN, EMAIL_TAKEN, UNAVAILABLE
 */
export type CreateUser = (input: unknown, standing?: Standing) => Promise<User>;

/** What an operator may say of a new user. */
export interface Standing {
  readonly roles?: readonly string[];
  /** Whether the address is taken for the user's own. */
  readonly verified?: boolean;
}

interface Dependencies {
  readonly insertUser: InsertUser;
  readonly audit: AuditService<AccountsEvent>;
  readonly policy: PasswordPolicy;
}

export const createCreateUser =
  ({ insertUser, audit, policy }: Dependencies): CreateUser =>
  async (input, { roles = [], verified = false } = {}) => {
    const { roles: wanted } = parseInput(standingInput, { roles });
    const registration = parseInput(registerInput, input);
    await policy.check(registration.password, registration, 'password');
    const made = await insertUser(registration, commandLine, {
      insert: (row) =>
        audit.change(async (queries, note) => {
          note({ event: 'user.created', userId: row.id, actor: operator, ...(wanted.length > 0 && { detail: wanted.join(' ') }) });
          return queries.user.create({ data: { ...row, roles: wanted.join(' '), emailVerifiedAt: verified ? row.createdAt : null } });
        }),
    });
    return toUser(made);
  };
