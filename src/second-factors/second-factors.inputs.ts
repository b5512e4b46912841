import { z } from 'zod';
import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';

/** Far more than a code has: what is no code is refused as a wrong one, and costs a try. */
export const totpCode = text(64).meta({ description: 'Six digits of an authenticator app.' });
export const recoveryCode = text(64).meta({ description: 'One of the codes for whoever has lost the second factor.' });

/** In place of a session: read by the guard. */
export const setupChallenge = text(6_144).nullish().meta({ description: 'Of SECOND_FACTOR_SETUP_REQUIRED, in place of a session.' });

export const startTotpInput = inputObject({ challenge: setupChallenge }).register(graphqlNames, { name: 'StartTotpInput' });

export const confirmTotpInput = inputObject({
  code: totpCode,
  endOtherSessions: z.boolean(expectedBoolean()).nullish().meta({ description: 'Left out: they go on.' }),
  challenge: setupChallenge,
}).register(graphqlNames, { name: 'ConfirmTotpInput' });

function expectedBoolean() {
  return { error: 'must be true or false' };
}
