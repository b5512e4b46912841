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
import { toRoles } from '../users/user';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import type { Admission, AdmissionDependencies } from './admission';
import { admissionEvents } from './admission.events';
import { type AdmissionService, admissionOperations } from './admission.operations';
import { admissionSettings } from './admission.settings';
import type { FactorSetups } from './factor-setup';
import { purgeSpent } from './spent';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly sessions: SessionsService;
  readonly secondFactors: SecondFactorCheck;
  readonly ownerNotices: OwnerNotices;
  readonly providers: Providers;
  readonly passkeyCheck: PasskeyCheck;
};
type Gives = { readonly admission: Admission; readonly loginCompletion: AdmissionService; readonly factorSetups: FactorSetups };

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
    const { createFactorSetups } = await import('./factor-setup');
    const asking = new Set(house.config.secondFactorRoles);
    const dependencies: AdmissionDependencies = {
      ...house,
      isProofRequired: emailVerificationOf(house.config) === 'required',
      needsSecondFactor: ({ roles }) => toRoles(roles).some((role) => asking.has(role)),
    };
    const admission = createAdmission(dependencies);
    return {
      admission,
      loginCompletion: { completeLogin: createCompleteLogin({ ...dependencies, admission }) },
      factorSetups: createFactorSetups(house),
    };
  },
  jobs: ({ database, clock }) => [purgeSpent(database, clock)],
};
