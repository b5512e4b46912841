import type { Admission } from '../admission/admission';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { BreachedPasswords } from '../passwords/breached/breached-passwords';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { SessionsService } from '../sessions/sessions.service';
import { accountsEvents } from './accounts.events';
import { accountsOperations } from './accounts.operations';
import type { AccountsService } from './accounts.service';
import type { InsertUser } from './new-user';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
  readonly outbox: Outbox;
  readonly breached: BreachedPasswords | null;
  readonly sessions: SessionsService;
  readonly admission: Admission;
  readonly mailTokens: MailTokens;
};

type Gives = { readonly accounts: AccountsService; readonly insertUser: InsertUser };

/** Registering, logging in, and what a user is known by. */
export const accountsFeature: Feature<Needs, Gives> = {
  name: 'accounts',
  auditEvents: accountsEvents,
  operations: accountsOperations,
  serviceOf: ({ accounts }) => accounts,
  open: async (house) => {
    const { createCredentials } = await import('./credentials');
    const { createAccountsService } = await import('./accounts.service');
    const { createKeyedMutex } = await import('../queues/keyed-mutex');
    const { createInsertUser } = await import('./new-user');
    const { createTakenNames } = await import('./taken-names');
    const names = createTakenNames(house);
    const insertUser = createInsertUser({ ...house, names, mutex: createKeyedMutex() });
    return { accounts: createAccountsService({ ...house, names, insertUser, credentials: createCredentials(house) }), insertUser };
  },
  start: async ({ database, logger }) => {
    const { renewNames } = await import('../names/renew-names');
    await renewNames(database, logger);
  },
};
