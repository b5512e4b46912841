import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { graphqlNames, moment } from '../operations/schemas';
import type { LeavingService } from './leaving.service';

const operation = operationOf<LeavingService>();

const deletionScheduled = z
  .object({
    deletesAt: moment('From then on the account is gone. Until then a right login offers to take it back.'),
    endedSessions: z.int().meta({ description: 'Every session of the user has been ended, the caller’s included.' }),
  })
  .meta({ id: 'DeletionScheduled' })
  .register(graphqlNames, { name: 'DeleteAccountPayload' });

export const leavingOperations = [
  operation({
    name: 'deleteAccount',
    kind: 'mutation',
    summary: 'Ends every session. Until `deletesAt`, a right login offers to take it back. Needs a fresh session.',
    tag: 'Profile',
    access: 'fresh',
    output: deletionScheduled,
    failures: [],
    rest: [{ method: 'DELETE', path: '/profile', at: 'v1', status: 202 }],
    run: (leaving, { proof, requester }) => leaving.deleteAccount(proof, requester),
  }),
];
