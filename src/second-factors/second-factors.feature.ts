import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { SessionsService } from '../sessions/sessions.service';
import type { PasskeyCheck } from '../webauthn/passkey-check';
import { resealTotpSecrets } from './reseal.job';
import type { SecondFactorCheck } from './second-factor-check';
import { secondFactorsEvents } from './second-factors.events';
import { type SecondFactorsService, secondFactorsOperations } from './second-factors.operations';
import { secondFactorsSettings } from './second-factors.settings';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly outbox: Outbox;
  readonly sessions: SessionsService;
  readonly passkeyCheck: PasskeyCheck;
};
type Gives = { readonly secondFactors: SecondFactorCheck; readonly secondFactorsService: SecondFactorsService };

/** What is asked for beside a password or a code by mail: authenticator apps, and recovery codes for whoever has lost one. */
export const secondFactorsFeature: Feature<Needs, Gives> = {
  name: 'second-factors',
  settings: [secondFactorsSettings],
  auditEvents: secondFactorsEvents,
  operations: secondFactorsOperations,
  serviceOf: ({ secondFactorsService }) => secondFactorsService,
  open: async (house) => {
    const { createSecondFactorCheck } = await import('./second-factor-check');
    const { createStartTotp } = await import('./start-totp');
    const { createConfirmTotp } = await import('./confirm-totp');
    const { createRemoveTotp } = await import('./remove-totp');
    const { createRenewRecoveryCodes } = await import('./renew-recovery-codes');
    // Also where AUTH_EMAIL_VERIFICATION is off: see docs/decisions/040-first-proof.md.
    const isProofNeeded = house.outbox.isOn;
    const issuer = () => new URL(house.publicUrl()).host;
    return {
      secondFactors: createSecondFactorCheck(house),
      secondFactorsService: {
        startTotp: createStartTotp({ ...house, issuer, isProofNeeded }),
        confirmTotp: createConfirmTotp(house),
        removeTotp: createRemoveTotp(house),
        renewRecoveryCodes: createRenewRecoveryCodes(house),
      },
    };
  },
  resolvers: async ({ secondFactors }) => {
    const { createSecondFactorResolvers } = await import('./second-factors.resolver');
    return createSecondFactorResolvers(secondFactors);
  },
  jobs: ({ database, secrets }) => [resealTotpSecrets(database, secrets)],
};
