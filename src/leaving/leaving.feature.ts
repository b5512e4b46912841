import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Outbox } from '../mail/outbox';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { SessionsService } from '../sessions/sessions.service';
import { eraseAccounts } from './erase-accounts.job';
import { leavingEvents } from './leaving.events';
import { leavingOperations } from './leaving.operations';
import type { LeavingService } from './leaving.service';
import { leavingSettings } from './leaving.settings';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly sessions: SessionsService;
};

/** An account that goes away, and that can be taken back for a while. */
export const leavingFeature: Feature<Needs, { readonly leaving: LeavingService }> = {
  name: 'leaving',
  settings: [leavingSettings],
  auditEvents: leavingEvents,
  operations: leavingOperations,
  serviceOf: ({ leaving }) => leaving,
  open: async (house) => {
    const { createLeavingService } = await import('./leaving.service');
    return { leaving: createLeavingService(house) };
  },
  jobs: ({ leaving }) => [eraseAccounts(leaving)],
};
