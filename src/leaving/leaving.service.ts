import { gateway, operator, userActor } from '../actor';
import { keepAccount } from '../admission/cancel-deletion';
import { Answer } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Clock } from '../clock';
import type { Database, MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import { asUsedUp } from '../mail-tokens/mail-tokens.service';
import type { FreshSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { EndedSessions } from '../sessions/sessions.service';
import { eraseAccount } from './erase-account';
import type { LeavingEvent } from './leaving.events';
import { type Deletion, type SchedulingDependencies, scheduleDeletion } from './schedule-deletion';

/** How an account goes away, and how it stays after all. */
export interface LeavingService {
  /**
   * Its owner's wish: every session ends, and the account is gone after AUTH_DELETION_DAYS; with 0 at once. Of two wishes at the same time
   * one ends the other's session. @throws {Failure} UNAUTHENTICATED (ended meanwhile), UNAVAILABLE
   */
  readonly deleteAccount: (session: FreshSession, requester: Requester) => Promise<Answer<Deletion>>;
  /** An operator's. The first date stays. @throws {Failure} NOT_FOUND (gone meanwhile), UNAVAILABLE */
  readonly plan: (user: UserRow) => Promise<Deletion>;
  /** An operator's: for good, at once. @throws {Failure} NOT_FOUND (gone meanwhile), UNAVAILABLE */
  readonly erase: (user: UserRow) => Promise<{ readonly id: string } & EndedSessions>;
  /** An operator's. @returns null: it is not to be deleted, or it is disabled. @throws {Failure} UNAVAILABLE */
  readonly restore: (user: UserRow) => Promise<UserRow | null>;
  /**
   * By the link of the mail that told of the deletion, without a log-in: the link belongs to that deletion, and counts once.
   * @throws {Failure} INVALID_CODE, UNAVAILABLE
   */
  readonly restoreByLink: (link: MailTokenRow, requester: Requester) => Promise<UserRow>;
  /** Erases some of what is due, each in a transaction of its own. @returns how many were looked at */
  readonly eraseDue: () => Promise<number>;
}

interface Dependencies extends SchedulingDependencies {
  readonly database: Database;
  readonly audit: AuditService<LeavingEvent>;
}

/** As many are looked for at once. */
export const erasedAtOnce = 100;

export function createLeavingService(dependencies: Dependencies): LeavingService {
  const { audit, clock, config } = dependencies;
  return {
    deleteAccount: createDeleteAccount(dependencies),
    plan: async ({ id }) =>
      audit.change(async (queries, note) => {
        if (config.deletionDays > 0)
          return scheduleDeletion(queries, note, { user: await requireRow(queries, id, clock), actor: operator }, dependencies);
        const ended = await eraseNow(queries, id, dependencies);
        note({ event: 'account.erased', userId: id, actor: operator });
        return { deletesAt: new Date(clock.now()), ...ended };
      }),

    erase: async ({ id }) =>
      audit.change(async (queries, note) => {
        const ended = await eraseNow(queries, id, dependencies);
        note({ event: 'account.erased', userId: id, actor: operator });
        return { id, ...ended };
      }),

    restore: async (user) => {
      if (user.deletesAt === null || user.disabledAt !== null) return null;
      return audit.change((queries, note) => keepAccount(queries, note, { user, actor: operator }, dependencies));
    },

    restoreByLink: createRestoreByLink(dependencies),
    eraseDue: createEraseDue(dependencies),
  };
}

function createDeleteAccount(dependencies: Dependencies): LeavingService['deleteAccount'] {
  const { audit, sessions, clock, config } = dependencies;
  return async ({ row, user }, requester) => {
    const deletion = await audit.change(async (queries, note) => {
      const written = await requireRow(queries, user.id, clock).catch(asEnded);
      await sessions.requireUnended(queries, row, written);
      if (config.deletionDays > 0) {
        const { acceptLanguage } = requester;
        return scheduleDeletion(queries, note, { user: written, actor: userActor(user.id, requester), acceptLanguage }, dependencies);
      }
      const ended = await eraseNow(queries, user.id, dependencies);
      // Nothing of where it came from stays, as with everything else of the account.
      const actor = userActor(user.id, { ipAddress: null, userAgent: null, requestId: requester.requestId });
      note({ event: 'account.erased', userId: user.id, actor });
      return { deletesAt: new Date(clock.now()), ...ended };
    });
    return new Answer(deletion, requester.keptRefreshToken === null ? {} : { cookies: 'clear all' });
  };
}

function createRestoreByLink(dependencies: Dependencies): LeavingService['restoreByLink'] {
  const { audit, mailTokens, clock } = dependencies;
  return (link, requester) =>
    audit.change(async (queries, note) => {
      const user = await requireRow(queries, link.userId ?? '', clock).catch(asUsedUp);
      await mailTokens.useUp(queries, link);
      const isOfThisDeletion = user.deletesAt?.getTime() === link.expiresAt.getTime() && user.disabledAt === null;
      const kept = isOfThisDeletion
        ? await keepAccount(
            queries,
            note,
            { user, actor: userActor(user.id, requester), acceptLanguage: requester.acceptLanguage },
            dependencies,
          )
        : null;
      if (kept === null) throw new Failure('INVALID_CODE');
      return kept;
    });
}

function createEraseDue({ database, audit, clock }: Dependencies): LeavingService['eraseDue'] {
  return async () => {
    const dueAt = new Date(clock.now());
    const due = await database.client.user.findMany({
      where: { deletesAt: { lte: dueAt } },
      select: { id: true },
      orderBy: { deletesAt: 'asc' },
      take: erasedAtOnce,
    });
    for (const { id } of due)
      await audit.change(async (queries, note) => {
        if (await eraseAccount(queries, { id, dueAt }, audit)) note({ event: 'account.erased', userId: id, actor: gateway });
      });
    return due.length;
  };
}

/** Its sessions first: what tells the nodes and the feed outlives the user. @throws {Failure} NOT_FOUND */
async function eraseNow(
  queries: Queries,
  id: string,
  { sessions, audit }: Pick<Dependencies, 'sessions' | 'audit'>,
): Promise<EndedSessions> {
  const ended = await sessions.endAll(queries, id);
  if (!(await eraseAccount(queries, { id }, audit))) throw new Failure('NOT_FOUND');
  return ended;
}

/** @throws {Failure} NOT_FOUND */
async function requireRow(queries: Queries, id: string, clock: Clock): Promise<UserRow> {
  // A write, for its lock: whoever else changes the user waits.
  const [row] = await queries.user.updateManyAndReturn({ where: { id }, data: { updatedAt: new Date(clock.now()) } });
  if (row === undefined) throw new Failure('NOT_FOUND');
  return row;
}

/** Whoever is gone has no session. */
function asEnded(error: unknown): never {
  throw error instanceof Failure && error.code === 'NOT_FOUND' ? new Failure('UNAUTHENTICATED', { reason: 'REVOKED' }) : error;
}
