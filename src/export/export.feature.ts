import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import type { OwnerNotices } from '../mail/owner-notices';
import { exportEvents } from './export.events';
import { exportOperations } from './export.operations';
import type { ExportService } from './export.service';

type Needs = Foundation & {
  readonly audit: AuditService;
  readonly ledger: Ledger;
  readonly limits: Limits;
  readonly ownerNotices: OwnerNotices;
};

/** Taking along everything that is kept about oneself. */
export const exportFeature: Feature<Needs, { readonly exporting: ExportService }> = {
  name: 'export',
  auditEvents: exportEvents,
  operations: exportOperations,
  serviceOf: ({ exporting }) => exporting,
  open: async (house) => {
    const { createExportService } = await import('./export.service');
    return { exporting: createExportService(house) };
  },
};
