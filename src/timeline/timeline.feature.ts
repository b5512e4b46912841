import type { AuditService } from '../audit/audit.service';
import type { EventCatalogue } from '../audit/event-description';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Outbox } from '../mail/outbox';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Freshness } from '../sessions/fresh';
import type { SessionsService } from '../sessions/sessions.service';
import { timelineEvents } from './timeline.events';
import { timelineOperations } from './timeline.operations';
import type { TimelineService } from './timeline.service';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly eventCatalogue: EventCatalogue;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly sessions: SessionsService;
  readonly freshness: Freshness;
};

/** What happened to an account, and "this was not me". */
export const timelineFeature: Feature<Needs, { readonly timeline: TimelineService }> = {
  name: 'timeline',
  auditEvents: timelineEvents,
  operations: timelineOperations,
  serviceOf: ({ timeline }) => timeline,
  open: async (house) => {
    const { createTimelineService } = await import('./timeline.service');
    return { timeline: createTimelineService(house) };
  },
};
