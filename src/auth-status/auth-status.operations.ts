import { operationOf } from '../operations/operation';
import { authStatusSchema } from './auth-status.schema';
import type { AuthStatusService } from './auth-status.service';

const operation = operationOf<AuthStatusService>();

export const authStatusOperations = [
  operation({
    name: 'authStatus',
    kind: 'query',
    summary: "Why this very request is or is not authenticated: of the caller's own credentials alone. No credential makes it fail.",
    tag: 'Sessions',
    access: 'shown',
    output: authStatusSchema,
    failures: [],
    rest: [{ method: 'GET', path: '/auth-status', at: 'v1' }],
    run: (status, { proof, requester }) => status.explain(proof, requester),
  }),
];
