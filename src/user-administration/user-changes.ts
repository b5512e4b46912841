import { givenPasswordInput } from '../accounts/accounts.inputs';
import type { TakenNames } from '../accounts/taken-names';
import { operator } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import { postCode } from '../mail/post-code';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import { addressInput } from '../names/names.inputs';
import { normalKey } from '../names/normal-key';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import { commandLine } from '../requester';
import { dropSecondFactors } from '../second-factors/remove-totp';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { UsersEvent } from './users.events';

/** What an operator writes in the place of a user: the user’s own ways to it are in accounts/. */
export interface UserChanges {
  /**
   * Every session ends, and every known device is a stranger: whoever knew the old one is out.
   * @throws {Failure} BAD_USER_INPUT, WEAK_PASSWORD, UNAVAILABLE
   */
  readonly setPassword: (row: UserRow, password: string) => Promise<User & EndedSessions>;
  /**
   * Not verified from then on, unless it is the same one in another spelling. Kept for somebody else, it is taken.
   * @throws {Failure} BAD_USER_INPUT, EMAIL_TAKEN
   */
  readonly setEmail: (row: UserRow, email: string) => Promise<User>;
  /**
   * Sends a code and a link for a new password, which no operator learns (ASVS 5.0 6.4.6).
   * @throws {Failure} FEATURE_DISABLED, where there is no mail; FORBIDDEN, of an account that is disabled or to be deleted
   */
  readonly sendReset: (row: UserRow) => Promise<User>;
  /** Takes the address for verified. Done twice, the first moment stays. */
  readonly verifyEmail: (row: UserRow) => Promise<User>;
  /** For whoever has lost the app and the recovery codes: the password alone opens the account then, and the owner is told. */
  readonly resetSecondFactor: (row: UserRow) => Promise<User & { readonly hadSecondFactor: boolean }>;
}

interface Dependencies {
  readonly database: Database;
  readonly names: TakenNames;
  readonly audit: AuditService<UsersEvent>;
  readonly sessions: SessionsService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly ownerNotices: OwnerNotices;
  readonly clock: Clock;
}

type UserUpdate = Parameters<Queries['user']['update']>[0]['data'];

export function createUserChanges(dependencies: Dependencies): UserChanges {
  const { database, names, audit, sessions, hasher, policy, ownerNotices, clock } = dependencies;

  const write = async (queries: Queries, { id }: UserRow, changes: UserUpdate): Promise<User> => {
    await database.notices.publish(queries, 'user', [id]);
    return toUser(await queries.user.update({ where: { id }, data: { ...changes, updatedAt: new Date(clock.now()) } }));
  };

  return {
    sendReset: createSendReset(dependencies),
    resetSecondFactor: createResetSecondFactor(dependencies),

    setPassword: async (row, given) => {
      const { password } = parseInput(givenPasswordInput, { password: given });
      await policy.check(password, row, 'password');
      const passwordHash = await hasher.hash(password, commandLine);
      return audit.change(async (queries, note) => {
        const ended = await sessions.endAll(queries, row.id);
        const detail = `${ended.endedSessions} sessions ended`;
        const eventId = note({ event: 'user.password_set', userId: row.id, actor: operator, detail });
        await ownerNotices.tell(queries, { kind: 'password-set', user: row, eventId, requester: commandLine });
        return { ...(await write(queries, row, { passwordHash, passwordDistrustedAt: null, deviceEpoch: { increment: 1 } })), ...ended };
      });
    },

    setEmail: async (row, given) => {
      const { email } = parseInput(addressInput, { email: given });
      const emailKey = normalKey(email);
      const taken = await names.find({ emailKey }, row.id);
      if (taken !== null) throw taken;
      const changes = emailKey === row.emailKey ? { email } : { email, emailKey, emailVerifiedAt: null };
      return names.writing({ emailKey }, row.id, () =>
        audit.change(async (queries, note) => {
          note({ event: 'user.email_set', userId: row.id, actor: operator });
          return write(queries, row, changes);
        }),
      );
    },

    verifyEmail: async (row) => {
      if (row.emailVerifiedAt !== null) return toUser(row);
      return audit.change(async (queries, note) => {
        note({ event: 'user.email_verified', userId: row.id, actor: operator });
        return write(queries, row, { emailVerifiedAt: new Date(clock.now()) });
      });
    },
  };
}

const createSendReset =
  ({ audit, outbox, mailTokens, clock }: Dependencies): UserChanges['sendReset'] =>
  async (user) => {
    if (!outbox.isOn) throw new Failure('FEATURE_DISABLED');
    if (user.disabledAt !== null || user.deletesAt !== null) throw new Failure('FORBIDDEN');
    await audit.change(async (queries, note) => {
      note({ event: 'user.reset_sent', userId: user.id, actor: operator });
      await postCode(queries, { user, purpose: 'RESET', requester: commandLine }, { mailTokens, outbox, clock });
    });
    return toUser(user);
  };

const createResetSecondFactor =
  ({ audit, ownerNotices }: Dependencies): UserChanges['resetSecondFactor'] =>
  (row) =>
    audit.change(async (queries, note) => {
      const hadSecondFactor = await dropSecondFactors(queries, row.id);
      if (hadSecondFactor) {
        const eventId = note({ event: 'user.second_factor_reset', userId: row.id, actor: operator });
        await ownerNotices.tell(queries, { kind: 'second-factor-reset', user: row, eventId, requester: commandLine });
      }
      return { ...toUser(row), hadSecondFactor };
    });
