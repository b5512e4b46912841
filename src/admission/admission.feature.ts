import { emailVerificationOf } from '../addresses/email-verification';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { Providers } from '../providers/provider';
import type { SecondFactorCheck } from '../second-factors/second-factor-check';
import type { SessionsService } from '../sessions/sessions.service';
import type { Admission } from './admission';
import { admissionEvents } from './admission.events';
import { type AdmissionService, admissionOperations } from './admission.operations';
import { admissionSettings } from './admission.settings';
import { purgeSpent } from './spent';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly sessions: SessionsService;
  readonly secondFactors: SecondFactorCheck;
  readonly ownerNotices: OwnerNotices;
  readonly providers: Providers;
};
type Gives = { readonly admission: Admission; readonly loginCompletion: AdmissionService };

/** What stands between a right credential and a session. */
export const admissionFeature: Feature<Needs, Gives> = {
  name: 'admission',
  settings: [admissionSettings],
  auditEvents: admissionEvents,
  operations: admissionOperations,
  serviceOf: ({ loginCompletion }) => loginCompletion,
  open: async (house) => {
    const { createAdmission } = await import('./admission');
    const { createCompleteLogin } = await import('./complete-login');
    const dependencies = { ...house, isProofRequired: emailVerificationOf(house.config) === 'required' };
    const admission = createAdmission(dependencies);
    return { admission, loginCompletion: { completeLogin: createCompleteLogin({ ...dependencies, admission }) } };
  },
  jobs: ({ database, clock }) => [purgeSpent(database, clock)],
};
