import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { OwnerNotices } from '../mail/owner-notices';
import type { RoleTable } from '../roles/role-table';
import type { AccessTokens } from '../tokens/access-token';
import type { SigningKeys } from '../tokens/signing-keys.service';
import { purgeSessions } from './ending/sessions.purge';
import type { Freshness } from './fresh';
import type { SessionCheck } from './session.check';
import { sessionsEvents } from './sessions.events';
import { sessionsOperations } from './sessions.operations';
import type { SessionsService } from './sessions.service';
import { sessionsSettings } from './sessions.settings';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly keys: SigningKeys;
  readonly accessTokens: AccessTokens;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly roleTable: RoleTable;
  readonly ownerNotices: OwnerNotices;
};
type Gives = { readonly sessionCheck: SessionCheck; readonly sessions: SessionsService; readonly freshness: Freshness };

/** Sessions: begun, refreshed, listed, ended, and the check that every request makes. */
export const sessionsFeature: Feature<Needs, Gives> = {
  name: 'sessions',
  settings: [sessionsSettings],
  auditEvents: sessionsEvents,
  operations: sessionsOperations,
  serviceOf: ({ sessions }) => sessions,
  open: async (house) => {
    const { createFreshness } = await import('./fresh');
    const { createSessionCheck } = await import('./session.check');
    const { createSessionsService } = await import('./sessions.service');
    const sessionCheck = createSessionCheck(house);
    return { sessionCheck, sessions: createSessionsService({ ...house, check: sessionCheck }), freshness: createFreshness(house) };
  },
  resolvers: async ({ sessions }) => {
    const { createSessionResolvers } = await import('./listing/sessions.resolver');
    return createSessionResolvers(sessions);
  },
  jobs: ({ database, clock }) => [purgeSessions(database, clock)],
};
