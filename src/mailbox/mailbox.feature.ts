import type { InsertUser } from '../accounts/new-user';
import type { Admission } from '../admission/admission';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { Providers } from '../providers/provider';
import type { SessionsService } from '../sessions/sessions.service';
import { mailboxEvents } from './mailbox.events';
import { mailboxOperations } from './mailbox.operations';
import type { MailboxService } from './mailbox.service';
import { mailboxSettings } from './mailbox.settings';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly mailTokens: MailTokens;
  readonly outbox: Outbox;
  readonly ownerNotices: OwnerNotices;
  readonly sessions: SessionsService;
  readonly admission: Admission;
  readonly insertUser: InsertUser;
  readonly providers: Providers;
};

/** What is done by showing a mailbox: registering, proving an address, changing it, a lost password, logging in by code. */
export const mailboxFeature: Feature<Needs, { readonly mailbox: MailboxService }> = {
  name: 'mailbox',
  settings: [mailboxSettings],
  auditEvents: mailboxEvents,
  operations: mailboxOperations,
  serviceOf: ({ mailbox }) => mailbox,
  open: async (house) => {
    const { createAskForCode } = await import('./ask-for-code');
    const { createJudgeProof } = await import('./code-proof');
    const { createRegistration } = await import('./registration');
    const { createEmailVerification } = await import('./verify-email');
    const { createPasswordReset } = await import('./password-reset');
    const { createEmailChange } = await import('./email-change');
    const { createLoginCode } = await import('./login-code');
    const { authConfigOf } = await import('./auth-config');
    const dependencies = { ...house, ask: createAskForCode(house), judge: createJudgeProof(house) };
    const mailbox: MailboxService = {
      ...createRegistration(dependencies),
      ...createEmailVerification(dependencies),
      ...createPasswordReset(dependencies),
      ...createEmailChange(dependencies),
      ...createLoginCode(dependencies),
      authConfig: async () => authConfigOf(house.config, house.providers, house.publicUrl()),
    };
    return { mailbox };
  },
  resolvers: async (house) => {
    const { createOwnFieldsResolvers } = await import('./own-fields.resolver');
    return createOwnFieldsResolvers(house);
  },
};
