import { operationOf } from '../operations/operation';
import { signedInSchema } from '../sessions/session.schema';
import { completeLoginInput } from './admission.inputs';
import type { CompleteLogin } from './complete-login';
import { obstacleFailures } from './obstacle.failures';

export interface AdmissionService {
  readonly completeLogin: CompleteLogin;
}

const operation = operationOf<AdmissionService>();

export const admissionOperations = [
  operation({
    name: 'completeLogin',
    kind: 'mutation',
    summary:
      'Answers SECOND_FACTOR_REQUIRED, SECOND_FACTOR_SETUP_REQUIRED, LINK_REQUIRED, USERNAME_REQUIRED or DELETION_SCHEDULED, and logs in.',
    tag: 'Accounts',
    access: 'public',
    input: completeLoginInput,
    output: signedInSchema,
    failures: ['INVALID_CODE', ...obstacleFailures, 'FEATURE_DISABLED', 'USERNAME_TAKEN', 'EMAIL_TAKEN', 'IDENTITY_TAKEN', 'RATE_LIMITED'],
    rest: [{ method: 'POST', path: '/login/complete', at: 'v1' }],
    example: { challenge: 'gatehouse_lc_…', totp: '123456' },
    run: (admission, { input, requester }) => admission.completeLogin(input, requester),
  }),
];
