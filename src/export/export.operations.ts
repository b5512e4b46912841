import type { z } from 'zod';
import { operationOf } from '../operations/operation';
import type { PagedDocument } from '../operations/paged-document';
import { accountDocument } from './account-document.schema';
import type { ExportService } from './export.service';

const operation = operationOf<ExportService>();

export const exportOperations = [
  operation({
    name: 'accountExport',
    kind: 'query',
    summary: 'Everything that is kept about the caller, as one document. Needs a fresh session.',
    tag: 'Profile',
    access: 'fresh',
    output: accountDocument as unknown as z.ZodType<PagedDocument>, // its lists are read while it is written
    failures: ['RATE_LIMITED'],
    rest: [{ method: 'GET', path: '/profile/export', at: 'v1' }],
    restAnswer: { attachment: 'account.json' },
    run: (service, { proof, requester }) => service.exportAccount(proof, requester),
  }),
];
