import { z } from 'zod';
import { operationOf } from '../operations/operation';
import { graphqlNames } from '../operations/schemas';
import { userAnswerSchema } from '../users/user.schema';
import type { ConfirmTotp } from './confirm-totp';
import type { RemoveTotp } from './remove-totp';
import type { RenewRecoveryCodes } from './renew-recovery-codes';
import { confirmTotpInput, startTotpInput } from './second-factors.inputs';
import type { StartTotp } from './start-totp';

/** Adding and removing what is asked for beside the password. */
export interface SecondFactorsService {
  readonly startTotp: StartTotp;
  readonly confirmTotp: ConfirmTotp;
  readonly removeTotp: RemoveTotp;
  readonly renewRecoveryCodes: RenewRecoveryCodes;
}

const operation = operationOf<SecondFactorsService>();
const tag = 'Second factors';

const totpStarted = z
  .object({
    secret: z.string().meta({ description: 'Base32, for whoever types it.' }),
    uri: z.string().meta({ description: '`otpauth://totp/…`, for an app on the same device.' }),
    qrCode: z.string().meta({ description: 'The same as an SVG picture, for an app that scans it.' }),
  })
  .meta({ id: 'TotpStarted' })
  .register(graphqlNames, { name: 'StartTotpPayload' });

const recoveryCodesMade = z
  .object({
    recoveryCodes: z.array(z.string()).meta({ description: 'Shown once. Empty where the earlier ones go on.' }),
    endedSessions: z.int(),
  })
  .meta({ id: 'RecoveryCodes' })
  .register(graphqlNames, { name: 'RecoveryCodesPayload' });

export const secondFactorsOperations = [
  operation({
    name: 'startTotp',
    kind: 'mutation',
    summary: 'A secret for an authenticator app. Nothing is switched on before confirmTotp.',
    tag,
    access: 'fresh or challenge',
    input: startTotpInput,
    inputIs: 'optional',
    output: totpStarted,
    failures: ['EMAIL_NOT_VERIFIED'],
    rest: [{ method: 'POST', path: '/totp', at: 'v1' }],
    example: {},
    run: (service, { proof }) => service.startTotp(proof),
  }),
  operation({
    name: 'confirmTotp',
    kind: 'mutation',
    summary: 'Switches the authenticator app on, with a code of it. The first second factor gives recovery codes.',
    tag,
    access: 'fresh or challenge',
    input: confirmTotpInput,
    output: recoveryCodesMade,
    failures: ['INVALID_CODE', 'RATE_LIMITED'],
    rest: [{ method: 'PUT', path: '/totp', at: 'v1' }],
    example: { code: '123456' },
    run: (service, { proof, input, requester }) => service.confirmTotp(proof, input, requester),
  }),
  operation({
    name: 'removeTotp',
    kind: 'mutation',
    summary: 'The authenticator app is asked for no more. Recovery codes go with the last second factor.',
    tag,
    access: 'fresh',
    output: userAnswerSchema,
    failures: [],
    rest: [{ method: 'DELETE', path: '/totp', at: 'v1' }],
    run: (service, { proof, requester }) => service.removeTotp(proof, requester),
  }),
  operation({
    name: 'renewRecoveryCodes',
    kind: 'mutation',
    summary: 'New recovery codes. The earlier ones are worth nothing any more.',
    tag,
    access: 'fresh',
    output: recoveryCodesMade,
    failures: ['FORBIDDEN'],
    rest: [{ method: 'POST', path: '/recovery-codes', at: 'v1' }],
    run: (service, { proof, requester }) => service.renewRecoveryCodes(proof, requester),
  }),
];
