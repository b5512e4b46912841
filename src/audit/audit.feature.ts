import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import { purgeAudit } from './audit.purge';
import type { AuditService } from './audit.service';
import { auditSettings } from './audit.settings';

/** Who did what to an account, and from where. */
export const auditFeature: Feature<Foundation, { readonly audit: AuditService }> = {
  name: 'audit',
  settings: [auditSettings],
  open: async (foundation) => {
    const { createAuditService } = await import('./audit.service');
    return { audit: createAuditService(foundation) };
  },
  jobs: ({ database, clock, config }) => [purgeAudit(database, clock, config.auditDays)],
};
