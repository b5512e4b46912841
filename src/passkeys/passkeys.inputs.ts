import { z } from 'zod';
import { loginChallenge } from '../admission/admission.inputs';
import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { setupChallenge } from '../second-factors/second-factors.inputs';
import { delivery } from '../sessions/sessions.inputs';
import { passkeyAnswer } from '../webauthn/passkey-answer';

/** Shown to its owner alone. */
const passkeyName = text(128)
  .transform((value) => value.trim())
  .pipe(
    z
      .string()
      .min(1, 'must not be empty')
      .refine((value) => [...value].length <= 64, 'must have at most 64 characters')
      .refine((value) => !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(value), 'must not contain control or format characters'),
  );

const passkeyKind = z
  .enum(['PASSKEY', 'SECURITY_KEY'], { error: 'must be PASSKEY or SECURITY_KEY' })
  .register(graphqlNames, {
    name: 'PasskeyKind',
    values: {
      PASSKEY: 'Verifies who is there: it logs in by itself.',
      SECURITY_KEY: 'Need not verify who touches it: it counts beside another factor.',
    },
  })
  .meta({ description: 'What is to be made.' });

export const newPasskeyOptionsInput = inputObject({
  kind: passkeyKind.nullish().meta({ description: 'Left out: PASSKEY.' }),
  challenge: setupChallenge,
}).register(graphqlNames, { name: 'NewPasskeyOptionsInput' });

export const addPasskeyInput = inputObject({
  passkey: passkeyAnswer,
  name: passkeyName.nullish().meta({ description: "Left out: its maker's, where that is known." }),
  challenge: setupChallenge,
}).register(graphqlNames, { name: 'AddPasskeyInput' });

export const renamePasskeyInput = inputObject({
  id: text(64).register(graphqlNames, { scalar: 'ID' }),
  name: passkeyName,
}).register(graphqlNames, { name: 'RenamePasskeyInput' });

export const removePasskeyInput = inputObject({ id: text(64).register(graphqlNames, { scalar: 'ID' }) });

export const passkeyOptionsInput = inputObject({
  challenge: loginChallenge.nullish().meta({
    description:
      'Of SECOND_FACTOR_REQUIRED, SECOND_FACTOR_SETUP_REQUIRED or LINK_REQUIRED. Left out: of the caller, or without a session for a log-in.',
  }),
}).register(graphqlNames, { name: 'PasskeyOptionsInput' });

export const loginWithPasskeyInput = inputObject({ passkey: passkeyAnswer, delivery: delivery('BODY') }).register(graphqlNames, {
  name: 'LoginWithPasskeyInput',
});
