import { userActor } from '../actor';
import type { AuditService, Note } from '../audit/audit.service';
import type { EventCatalogue, Undoing } from '../audit/event-description';
import type { Clock } from '../clock';
import type { AuditEventRow, MailTokenRow, Queries, UserRow } from '../database/database';
import { Failure } from '../errors';
import type { Outbox } from '../mail/outbox';
import { postCode } from '../mail/post-code';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { EndedSessions, SessionsService } from '../sessions/sessions.service';
import type { TimelineEvent } from './timeline.events';
import { undoings } from './undoings';

export interface DisputeDependencies {
  readonly audit: AuditService<TimelineEvent>;
  readonly sessions: SessionsService;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly eventCatalogue: EventCatalogue;
  readonly clock: Clock;
}

/** A dispute: of what, by whom, and which session goes on, if any. */
export interface Disputing {
  readonly event: AuditEventRow;
  /** As {@link Dispute.lock} gives it. */
  readonly user: UserRow;
  /** Null: by a mail's link, where nobody is logged in, and every session ends. */
  readonly kept: AuthenticatedSession | null;
  /** That link, which is used up by now. */
  readonly link: MailTokenRow | null;
  readonly requester: Requester;
}

export interface DisputeOutcome extends EndedSessions {
  readonly event: AuditEventRow;
  readonly passwordNeeded: boolean;
}

/** "This was not me", in the caller's transaction. */
export interface Dispute {
  /** First: whoever else changes this user waits. @throws {Failure} NOT_FOUND, when the user is gone */
  readonly lock: (queries: Queries, userId: string) => Promise<UserRow>;
  /**
   * Marks the event, once. Ends every session but the one that is kept, makes strangers of the known devices, distrusts a password that can
   * have done it and sends a code for another, and takes back what the event has brought. Done before, it does nothing and says the same.
   */
  readonly run: (queries: Queries, note: Note<TimelineEvent>, disputing: Disputing) => Promise<DisputeOutcome>;
}

/** What was refused has done nothing, as a rule. */
export function canDispute({ event, outcome }: AuditEventRow, catalogue: EventCatalogue): boolean {
  const dispute = catalogue.get(event)?.dispute;
  return dispute !== undefined && (outcome === 'ok' || dispute.alsoRefused === true);
}

export function createDispute({ sessions, outbox, mailTokens, eventCatalogue, clock }: DisputeDependencies): Dispute {
  const now = (): Date => new Date(clock.now());

  const askForReset = async (queries: Queries, user: UserRow, requester: Requester): Promise<void> => {
    if (outbox.isOn) await postCode(queries, { user, purpose: 'RESET', requester }, { mailTokens, outbox, clock });
  };

  const takeBack = async (queries: Queries, undoing: Undoing | undefined, { event, user, link }: Disputing): Promise<Partial<UserRow>> =>
    undoing === undefined ? {} : undoings[undoing](queries, { event, user, link, now: now() });

  return {
    lock: async (queries, id) => {
      const [user] = await queries.user.updateManyAndReturn({ where: { id }, data: { updatedAt: now() } });
      if (user === undefined) throw new Failure('NOT_FOUND');
      return user;
    },

    run: async (queries, note, disputing) => {
      const { event, user, kept, requester } = disputing;
      const dispute = eventCatalogue.get(event.event)?.dispute;
      if (dispute === undefined) throw new Failure('NOT_FOUND');
      const [marked] = await queries.auditEvent.updateManyAndReturn({
        where: { id: event.id, disputedAt: null },
        data: { disputedAt: now() },
      });
      if (marked === undefined) return said(queries, event, user);
      const { endedSessions } = await (kept === null ? sessions.endAll(queries, user.id) : sessions.endOthers(queries, kept));
      const distrusts = dispute.distrustsPassword && user.passwordHash !== null;
      const undone = await takeBack(queries, dispute.undoes, disputing);
      await queries.mailToken.deleteMany({ where: { userId: user.id, eventId: event.id } }); // its links have done their work
      const written = await queries.user.update({
        where: { id: user.id },
        data: { ...undone, deviceEpoch: { increment: 1 }, ...(distrusts && { passwordDistrustedAt: user.passwordDistrustedAt ?? now() }) },
      });
      note({
        event: 'event.disputed',
        userId: user.id,
        sessionId: kept?.row.id,
        actor: userActor(user.id, requester),
        detail: detailOf(event, endedSessions),
      });
      if (distrusts) await askForReset(queries, written, requester);
      return { event: marked, endedSessions, passwordNeeded: written.passwordDistrustedAt !== null };
    },
  };
}

const detailOf = ({ id, event }: AuditEventRow, endedSessions: number): string => `${id} ${event}: ${endedSessions} sessions ended`;

/** What the first dispute of this event has answered. */
async function said(
  queries: Queries,
  { id, event: name }: AuditEventRow,
  { id: userId, passwordDistrustedAt }: UserRow,
): Promise<DisputeOutcome> {
  const event = await queries.auditEvent.findUniqueOrThrow({ where: { id } });
  const noted = await queries.auditEvent.findFirst({
    where: { userId, event: 'event.disputed', detail: { startsWith: `${id} ${name}: ` } },
    select: { detail: true },
  });
  const endedSessions = Number(/: (\d+) sessions ended$/.exec(noted?.detail ?? '')?.[1] ?? 0);
  return { event, endedSessions, passwordNeeded: passwordDistrustedAt !== null };
}
