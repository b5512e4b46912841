import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { purgeAttempts } from './attempts.purge';
import type { Ledger } from './ledger.service';
import { createLimits, type Limits } from './limits';
import { limitsEvents } from './limits.events';
import { limitsSettings } from './limits.settings';

type Gives = { readonly ledger: Ledger; readonly limits: Limits };

/** One ledger of attempts for every door. */
export const limitsFeature: Feature<Foundation & { readonly audit: AuditService }, Gives> = {
  name: 'limits',
  settings: [limitsSettings],
  auditEvents: limitsEvents,
  open: async ({ config, ...house }) => {
    const { createLedger } = await import('./ledger.service');
    return { ledger: createLedger(house), limits: createLimits(config.limits) };
  },
  jobs: ({ database, clock }) => [purgeAttempts(database, clock)],
};
