import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { graphqlNames } from '../operations/schemas';
import { sessionSchema } from '../sessions/session.schema';
import { reauthenticateInput } from './reauthentication.inputs';
import type { ReauthenticationService } from './reauthentication.service';

const operation = operationOf<ReauthenticationService>();

const reauthenticated = z
  .object({ session: sessionSchema })
  .meta({ id: 'Reauthenticated' })
  .register(graphqlNames, { name: 'SessionPayload' });

export const reauthenticationOperations = [
  operation({
    name: 'reauthenticate',
    kind: 'mutation',
    summary: 'Proves once more who is there. The session is fresh for a while.',
    tag: 'Sessions',
    access: 'session',
    input: reauthenticateInput,
    output: reauthenticated,
    failures: ['INVALID_CREDENTIALS', 'REAUTHENTICATION_REQUIRED', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/reauthentication', at: 'v1' }],
    example: { password: 'password123' },
    run: (reauthentication, { proof, input, requester }) => reauthentication.reauthenticate(proof, input, requester),
  }),
];
