import { operationOf } from '../operations/operation';
import { signedInSchema } from '../sessions/session.schema';
import { completeLoginInput } from './admission.inputs';
import type { CompleteLogin } from './complete-login';

export interface AdmissionService {
  readonly completeLogin: CompleteLogin;
}

const operation = operationOf<AdmissionService>();

export const admissionOperations = [
  operation({
    name: 'completeLogin',
    kind: 'mutation',
    summary: 'Answers DELETION_SCHEDULED: takes the deletion back, and logs in.',
    tag: 'Accounts',
    access: 'public',
    input: completeLoginInput,
    output: signedInSchema,
    failures: ['INVALID_CODE', 'INVALID_CREDENTIALS', 'FORBIDDEN', 'PASSWORD_RESET_REQUIRED', 'EMAIL_NOT_VERIFIED'],
    rest: [{ method: 'POST', path: '/login/complete', at: 'v1' }],
    example: { challenge: 'gatehouse_lc_…' },
    run: (admission, { input, requester }) => admission.completeLogin(input, requester),
  }),
];
