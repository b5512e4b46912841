import type { z } from 'zod';
import type { EventCatalogue } from '../audit/event-description';
import type { AuditEventRow, Database, MailTokenRow } from '../database/database';
import { badInput, Failure } from '../errors';
import { asUsedUp } from '../mail-tokens/mail-tokens.service';
import type { AuthenticatedSession } from '../proofs/proofs';
import type { Requester } from '../requester';
import type { Freshness } from '../sessions/fresh';
import { readCursor, writeCursor } from './cursor';
import { canDispute, createDispute, type DisputeDependencies, type DisputeOutcome } from './dispute';
import type { disputed, securityEvent, securityEvents, securityEventsInput } from './timeline.schemas';
import { opens } from './undoings';

type SecurityEvent = z.output<typeof securityEvent>;

/** What happened to an account, as its owner sees it. */
export interface TimelineService {
  /** Newest first, of the kinds that the catalogue shows. @throws {Failure} BAD_USER_INPUT for a cursor that is none of ours */
  readonly securityEvents: (
    session: AuthenticatedSession,
    page: z.output<typeof securityEventsInput>,
  ) => Promise<z.output<typeof securityEvents>>;
  /**
   * "This was not me". Said twice, the answer is the same, and nothing is done. No fresh session is asked: whoever sees a stranger in his
   * account must not be asked riddles, and all that it does is to lock. The exception is an authenticator app or a passkey that
   * was added, because removing one opens.
   * @throws {Failure} NOT_FOUND, BAD_USER_INPUT (an event of which nobody can say so), REAUTHENTICATION_REQUIRED (of `totp.added`, `passkey.added`),
   * UNAUTHENTICATED (ended meanwhile), UNAVAILABLE
   */
  readonly disputeSecurityEvent: (
    session: AuthenticatedSession,
    eventId: string,
    requester: Requester,
  ) => Promise<z.output<typeof disputed>>;
  /**
   * The same by the link of the mail that told of the event (DISPUTE), or of the deletion (RESTORE): without a log-in, and every session
   * ends. An app that was added stays. It counts once. @throws {Failure} INVALID_CODE, UNAVAILABLE
   */
  readonly disputeByLink: (link: MailTokenRow, requester: Requester) => Promise<Omit<DisputeOutcome, 'event'>>;
}

interface Dependencies extends DisputeDependencies {
  readonly database: Database;
  readonly freshness: Freshness;
}

export function createTimelineService(dependencies: Dependencies): TimelineService {
  const { database, audit, sessions, freshness, eventCatalogue } = dependencies;
  const rows = database.client.auditEvent;
  const dispute = createDispute(dependencies);
  const shown = [...eventCatalogue].filter(([, { isShown }]) => isShown).map(([name]) => name);

  return {
    securityEvents: async ({ user }, { first, after }) => {
      const place = after == null ? null : readCursor(after);
      if (after != null && place === null) throw badInput({ path: 'after', message: 'must be an endCursor of this list' });
      const found = await rows.findMany({
        where: {
          userId: user.id,
          event: { in: shown },
          ...(place && { OR: [{ at: { lt: place.at } }, { at: place.at, id: { lt: place.id } }] }),
        },
        orderBy: [{ at: 'desc' }, { id: 'desc' }],
        take: first + 1,
      });
      const page = found.slice(0, first);
      const last = page.at(-1);
      return {
        nodes: page.map((row) => toSecurityEvent(row, eventCatalogue)),
        endCursor: last === undefined ? null : writeCursor(last),
        hasNextPage: found.length > first,
      };
    },

    disputeByLink: (link, requester) =>
      audit.change(async (queries, note) => {
        const user = await dispute.lock(queries, link.userId ?? '').catch(asUsedUp);
        await dependencies.mailTokens.useUp(queries, link);
        const event = await queries.auditEvent.findFirst({ where: { id: link.eventId ?? '', userId: user.id } });
        if (event === null || !canDispute(event, eventCatalogue)) throw new Failure('INVALID_CODE');
        const { event: _, ...outcome } = await dispute.run(queries, note, { event, user, kept: null, link, requester });
        return outcome;
      }),

    disputeSecurityEvent: async (session, eventId, requester) => {
      const event = await rows.findFirst({ where: { id: eventId, userId: session.user.id, event: { in: shown } } });
      if (event === null) throw new Failure('NOT_FOUND');
      if (!canDispute(event, eventCatalogue)) throw badInput({ path: 'id', message: 'must be an event that can be disputed' });
      if (opens(eventCatalogue.get(event.event)?.dispute?.undoes)) await freshness.require(session);
      const outcome = await audit.change(async (queries, note) => {
        const user = await dispute.lock(queries, session.user.id);
        await sessions.requireUnended(queries, session.row, user);
        return dispute.run(queries, note, { event, user, kept: session, link: null, requester });
      });
      return { ...outcome, event: toSecurityEvent(outcome.event, eventCatalogue) };
    },
  };
}

const toSecurityEvent = (row: AuditEventRow, catalogue: EventCatalogue): SecurityEvent => ({
  id: row.id,
  event: row.event,
  outcome: row.outcome === 'ok' ? 'OK' : 'REFUSED',
  at: row.at,
  network: row.clientPrefix === 'none' ? null : row.clientPrefix,
  userAgent: row.userAgent,
  sessionId: row.sessionId,
  canDispute: row.disputedAt === null && canDispute(row, catalogue),
  disputedAt: row.disputedAt,
});
