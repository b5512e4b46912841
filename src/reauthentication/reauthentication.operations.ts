import { z } from 'zod';
import { codeSent } from '../mailbox/mailbox.operations';
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
    failures: ['INVALID_CREDENTIALS', 'INVALID_CODE', 'REAUTHENTICATION_REQUIRED', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/reauthentication', at: 'v1' }],
    example: { password: 'password123' },
    run: (reauthentication, { proof, input, requester }) => reauthentication.reauthenticate(proof, input, requester),
  }),
  operation({
    name: 'requestReauthentication',
    kind: 'mutation',
    summary: 'Sends a code to prove who is there, to somebody who has no password.',
    tag: 'Sessions',
    access: 'session',
    output: codeSent,
    failures: ['REAUTHENTICATION_REQUIRED', 'FEATURE_DISABLED', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/reauthentication/code', at: 'v1', status: 202 }],
    run: (reauthentication, { proof, requester }) => reauthentication.requestReauthentication(proof, requester),
  }),
];
