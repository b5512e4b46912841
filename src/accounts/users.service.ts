import type { AuditEventName } from '../audit/audit.events';
import { type AuditService, operator } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, UserRow } from '../database/database';
import { Failure } from '../errors';
import { parseInput } from '../input';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import { toUser, type User } from '../users/user';
import { rolesInput } from './accounts.inputs';
import { normalKey } from './normal-key';

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
  /** @throws {Failure} NOT_FOUND */
  readonly revokeSessions: (who: string) => Promise<UserDetails & EndedSessions>;
}

export interface UserDetails extends User {
  readonly disabledAt: Date | null;
}

interface Dependencies {
  readonly database: Database;
  readonly audit: AuditService;
  readonly sessions: SessionsService;
  readonly clock: Clock;
}

export function createUsersService({ database, audit, sessions, clock }: Dependencies): UsersService {
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
      note({ event, userId: id, client: operator, detail: `${ended.endedSessions} sessions ended` });
      const changes = disabledAt === undefined ? {} : { disabledAt, updatedAt: disabledAt };
      return { ...toDetails(await queries.user.update({ where: { id }, data: changes })), ...ended };
    });
  };

  const change = async (who: string, event: AuditEventName, changes: Changes, detail?: string): Promise<UserDetails> => {
    const { id } = await requireUser(who);
    return audit.change(async (queries, note) => {
      note({ event, userId: id, client: operator, detail });
      await database.notices.publish(queries, 'user', [id]);
      return toDetails(await queries.user.update({ where: { id }, data: { ...changes, updatedAt: new Date(clock.now()) } }));
    });
  };

  return {
    show: async (who) => toDetails(await requireUser(who)),
    list: async ({ limit, after }) => {
      const orderBy = [{ createdAt: 'asc' as const }, { id: 'asc' as const }];
      const rows =
        after === undefined
          ? await users.findMany({ orderBy, take: limit })
          : await users.findMany({ orderBy, take: limit, cursor: { id: (await requireUser(after)).id }, skip: 1 });
      return rows.map(toDetails);
    },
    disable: (who) => endAllSessions(who, new Date(clock.now())),
    enable: (who) => change(who, 'user.enabled', { disabledAt: null }),
    setRoles: async (who, wanted) => {
      const roles = parseInput(rolesInput, wanted).join(' ');
      return change(who, 'user.roles_changed', { roles }, roles === '' ? 'none' : roles);
    },
    revokeSessions: (who) => endAllSessions(who),
  };
}

type Changes = Partial<Pick<UserRow, 'disabledAt' | 'roles'>>;

const toDetails = (row: UserRow): UserDetails => ({ ...toUser(row), disabledAt: row.disabledAt });
