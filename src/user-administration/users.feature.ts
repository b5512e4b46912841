import type { AccountsService } from '../accounts/accounts.service';
import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { LeavingService } from '../leaving/leaving.service';
import type { Outbox } from '../mail/outbox';
import type { OwnerNotices } from '../mail/owner-notices';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { PasswordHasher } from '../passwords/password.hasher';
import type { PasswordPolicy } from '../passwords/password.policy';
import type { RolesService } from '../roles/roles.service';
import type { SessionsService } from '../sessions/sessions.service';
import { addAuditCommand } from './audit.command';
import { addRestoreCommands } from './restore.command';
import { addUserCommands } from './user.commands';
import { usersEvents } from './users.events';
import type { UsersService } from './users.service';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly hasher: PasswordHasher;
  readonly policy: PasswordPolicy;
  readonly outbox: Outbox;
  readonly mailTokens: MailTokens;
  readonly sessions: SessionsService;
  readonly accounts: AccountsService;
  readonly roles: RolesService;
  readonly leaving: LeavingService;
  readonly ownerNotices: OwnerNotices;
};

/** What an operator does to users. */
export const usersFeature: Feature<Needs, { readonly users: UsersService }> = {
  name: 'users',
  auditEvents: usersEvents,
  open: async (house) => {
    const { createTakenNames } = await import('../accounts/taken-names');
    const { createUserChanges } = await import('./user-changes');
    const { createUsersService } = await import('./users.service');
    return { users: createUsersService({ ...house, changes: createUserChanges({ ...house, names: createTakenNames(house) }) }) };
  },
  commands: (cli) => {
    addUserCommands(cli);
    addAuditCommand(cli); // it is asked by the name of a user
    addRestoreCommands(cli);
  },
};
