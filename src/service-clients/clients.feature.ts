import type { AuditService } from '../audit/audit.service';
import type { Feature } from '../feature';
import type { Foundation } from '../foundation';
import type { Ledger } from '../limits/ledger.service';
import type { Limits } from '../limits/limits';
import { addClientCommands } from './client.commands';
import { clientsEvents } from './clients.events';
import type { ClientsService } from './clients.service';

type Needs = Foundation & { readonly audit: AuditService; readonly ledger: Ledger; readonly limits: Limits };

/** Services that may ask the gateway about tokens. */
export const clientsFeature: Feature<Needs, { readonly clients: ClientsService }> = {
  name: 'service clients',
  auditEvents: clientsEvents,
  open: async (house) => {
    const { createClientsService } = await import('./clients.service');
    return { clients: createClientsService(house) };
  },
  commands: addClientCommands,
};
