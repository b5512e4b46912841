import { standingInput } from '../accounts/accounts.inputs';
import { operator } from '../actor';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import type { LeavingService } from '../leaving/leaving.service';
import { normalKey } from '../names/normal-key';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import type { UserChanges } from './user-changes';
import type { UsersEvent } from './users.events';

/** What an operator does to users. `who` is an id, a username or an address. */
export interface UsersService {
  /** @throws {Failure} NOT_FOUND */
  readonly show: (who: string) => Promise<UserDetails>;
  /** Users in the order of their registration. */
  readonly list: (page: { readonly limit: number; readonly after?: string | undefined }) => Promise<UserDetails[]>;
  /** Nobody can log in any more, and every session ends. @throws {Failure} NOT_FOUND */
  readonly disable: (who: string) => Promise<UserDetails & EndedSessions>;
  /** @throws {Failure} NOT_FOUND */
  readonly enable: (who: string) => Promise<UserDetails>;
  /** @throws {Failure} NOT_FOUND, BAD_USER_INPUT */
  readonly setRoles: (who: string, roles: readonly string[]) => Promise<UserDetails>;
  /** Every session ends. @throws {Failure} NOT_FOUND, BAD_USER_INPUT, WEAK_PASSWORD */
  readonly setPassword: (who: string, password: string) => Promise<User & EndedSessions>;
  /** Not verified from then on. @throws {Failure} NOT_FOUND, BAD_USER_INPUT, EMAIL_TAKEN */
  readonly setEmail: (who: string, email: string) => Promise<User>;
  /** A mail with a code for a new password. @throws {Failure} NOT_FOUND, FEATURE_DISABLED, FORBIDDEN (disabled, or to be deleted) */
  readonly sendReset: (who: string) => Promise<User>;
  /** @throws {Failure} NOT_FOUND */
  readonly verifyEmail: (who: string) => Promise<User>;
  /** @throws {Failure} NOT_FOUND */
  readonly resetSecondFactor: (who: string) => Promise<User & { readonly hadSecondFactor: boolean }>;
  /** Gone after AUTH_DELETION_DAYS, unless it is taken back; every session ends. The first date stays. @throws {Failure} NOT_FOUND */
  readonly planDeletion: (who: string) => Promise<UserDetails & EndedSessions>;
  /** For good, at once. @throws {Failure} NOT_FOUND */
  readonly erase: (who: string) => Promise<{ readonly id: string } & EndedSessions>;
  /** Takes a deletion back. @returns null: it was not to be deleted, or it is disabled. @throws {Failure} NOT_FOUND */
  readonly restore: (who: string) => Promise<UserDetails | null>;
  /** @throws {Failure} NOT_FOUND */
  readonly revokeSessions: (who: string) => Promise<UserDetails & EndedSessions>;
  /** Every session of everybody that has begun until now ends. @returns how many, and of how many users */
  readonly revokeAllSessions: () => Promise<EndedSessions & { readonly users: number }>;
}

export interface UserDetails extends User {
  readonly disabledAt: Date | null;
  readonly deletesAt: Date | null;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService<UsersEvent>;
  readonly sessions: SessionsService;
  readonly changes: UserChanges;
  readonly leaving: LeavingService;
  readonly clock: Clock;
}

export function createUsersService({ database, audit, sessions, changes, leaving, clock }: Dependencies): UsersService {
  const users = database.client.user;

  const requireUser = async (who: string): Promise<UserRow> => {
    const key = normalKey(who);
    const row =
      (await users.findUnique({ where: { id: who } })) ??
      (await users.findUnique({ where: key.includes('@') ? { emailKey: key } : { usernameKey: key } }));
    if (row === null) throw new Failure('NOT_FOUND');
    return row;
  };

  const endAllSessions = async (who: string, disabledAt?: Date): Promise<UserDetails & EndedSessions> => {
    const { id } = await requireUser(who);
    return audit.change(async (queries, note) => {
      const ended = await sessions.endAll(queries, id);
      const event = disabledAt === undefined ? 'user.sessions_revoked' : 'user.disabled';
      note({ event, userId: id, actor: operator, detail: `${ended.endedSessions} sessions ended` });
      const columns = disabledAt === undefined ? {} : { disabledAt, updatedAt: disabledAt };
      return { ...toDetails(await queries.user.update({ where: { id }, data: columns })), ...ended };
    });
  };

  const change = async (who: string, event: UsersEvent, columns: Changes, detail?: string): Promise<UserDetails> => {
    const { id } = await requireUser(who);
    return audit.change(async (queries, note) => {
      note({ event, userId: id, actor: operator, detail });
      await database.notices.publish(queries, 'user', [id]);
      return toDetails(await queries.user.update({ where: { id }, data: { ...columns, updatedAt: new Date(clock.now()) } }));
    });
  };

  return {
    show: async (who) => toDetails(await requireUser(who)),
    list: async ({ limit, after }) => pageOf(users, limit, after === undefined ? after : (await requireUser(after)).id),
    disable: (who) => endAllSessions(who, new Date(clock.now())),
    enable: (who) => change(who, 'user.enabled', { disabledAt: null }),
    setRoles: async (who, wanted) => {
      const roles = parseInput(standingInput, { roles: wanted }).roles.join(' ');
      return change(who, 'user.roles_changed', { roles }, roles === '' ? 'none' : roles);
    },
    setPassword: async (who, password) => changes.setPassword(await requireUser(who), password),
    setEmail: async (who, email) => changes.setEmail(await requireUser(who), email),
    sendReset: async (who) => changes.sendReset(await requireUser(who)),
    verifyEmail: async (who) => changes.verifyEmail(await requireUser(who)),
    resetSecondFactor: async (who) => changes.resetSecondFactor(await requireUser(who)),
    planDeletion: async (who) => {
      const user = await requireUser(who);
      const { endedSessions, deletesAt } = await leaving.plan(user);
      return { ...toDetails({ ...user, deletesAt }), endedSessions };
    },
    erase: async (who) => leaving.erase(await requireUser(who)),
    restore: async (who) => {
      const restored = await leaving.restore(await requireUser(who));
      return restored && toDetails(restored);
    },
    revokeSessions: (who) => endAllSessions(who),
    revokeAllSessions: () => endAllOfEverybody(database, clock, endAllSessions),
  };
}

async function pageOf(users: Database['client']['user'], take: number, after: string | undefined): Promise<UserDetails[]> {
  const orderBy = [{ createdAt: 'asc' as const }, { id: 'asc' as const }];
  const rows = await users.findMany({ orderBy, take, ...(after !== undefined && { cursor: { id: after }, skip: 1 }) });
  return rows.map(toDetails);
}

/** So many are read in one query, and each ends in a transaction of its own: on SQLite everybody waits for one. */
const usersAtOnce = 200;

async function endAllOfEverybody(
  { client }: Database,
  clock: Clock,
  endAllOf: (id: string) => Promise<EndedSessions>,
): Promise<EndedSessions & { readonly users: number }> {
  const now = new Date(clock.now());
  let [users, endedSessions, after] = [0, 0, ''];
  for (;;) {
    // Each user once, whatever the moment that a session is said to have begun at: another node's clock may be ahead.
    const found = await client.session.findMany({
      where: { revokedAt: null, idleExpiresAt: { gt: now }, expiresAt: { gt: now }, userId: { gt: after } },
      select: { userId: true },
      distinct: ['userId'],
      orderBy: { userId: 'asc' },
      take: usersAtOnce,
    });
    after = found.at(-1)?.userId ?? after;
    for (const { userId } of found) endedSessions += (await endAllOf(userId)).endedSessions;
    users += found.length;
    if (found.length < usersAtOnce) return { users, endedSessions };
  }
}

type Changes = Partial<Pick<UserRow, 'disabledAt' | 'roles'>>;

const toDetails = (row: UserRow): UserDetails => ({ ...toUser(row), disabledAt: row.disabledAt, deletesAt: row.deletesAt });
