import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { SecondFactorCheck } from '../second-factors/second-factor-check';
import type { Freshness } from '../sessions/fresh';
import { reauthenticationEvents } from './reauthentication.events';
import { reauthenticationOperations } from './reauthentication.operations';
import type { ReauthenticationService } from './reauthentication.service';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly freshness: Freshness;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly secondFactors: SecondFactorCheck;
};

/** Proving once more who is there, for what asks for a fresh session. */
export const reauthenticationFeature: Feature<Needs, { readonly reauthentication: ReauthenticationService }> = {
  name: 'reauthentication',
  auditEvents: reauthenticationEvents,
  operations: reauthenticationOperations,
  serviceOf: ({ reauthentication }) => reauthentication,
  open: async (house) => {
    const { createCredentials } = await import('../accounts/credentials');
    const { createReauthenticationService } = await import('./reauthentication.service');
    const { createMailCode } = await import('./mail-code');
    const { createAskForCode } = await import('../mailbox/ask-for-code');
    const { createJudgeProof } = await import('../mailbox/code-proof');
    const mailCode = createMailCode({ ...house, ask: createAskForCode(house), judge: createJudgeProof(house) });
    return { reauthentication: createReauthenticationService({ ...house, mailCode, credentials: createCredentials(house) }) };
  },
};
