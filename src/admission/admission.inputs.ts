import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { recoveryCode, totpCode } from '../second-factors/second-factors.inputs';
import { delivery } from '../sessions/sessions.inputs';

/** `challenge`, and what its error asks for: nothing for DELETION_SCHEDULED, one of the two for SECOND_FACTOR_REQUIRED. */
export const completeLoginInput = inputObject({
  challenge: text(1_024).meta({ description: 'Of the error that log-in was answered with.' }),
  totp: totpCode.nullish(),
  recoveryCode: recoveryCode.nullish(),
  delivery: delivery('BODY'),
})
  .refine(({ totp, recoveryCode: code }) => totp == null || code == null, { path: ['recoveryCode'], message: 'must not stand beside totp' })
  .register(graphqlNames, { name: 'CompleteLoginInput' });
