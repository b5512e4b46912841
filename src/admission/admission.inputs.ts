import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { recoveryCode, totpCode } from '../second-factors/second-factors.inputs';
import { delivery } from '../sessions/sessions.inputs';
import { passkeyAnswer } from '../webauthn/passkey-answer';

/** What errors say that stand between a right credential and a session: with the person of a provider in it, at its longest. */
export const loginChallenge = text(6_144);

/**
 * `challenge`, and what its error asks for: nothing for DELETION_SCHEDULED, `totp`, `recoveryCode` or `passkey` for SECOND_FACTOR_REQUIRED,
 * `totp` or `passkey` for SECOND_FACTOR_SETUP_REQUIRED, `password` or `passkey` for LINK_REQUIRED, `username` for USERNAME_REQUIRED, with
 * `attempt` and `code` for the EMAIL_NOT_VERIFIED that a provider's user is answered with.
 */
export const completeLoginInput = inputObject({
  challenge: loginChallenge.meta({ description: 'Of the error that log-in was answered with.' }),
  totp: totpCode.nullish(),
  recoveryCode: recoveryCode.nullish(),
  password: text(1_024).nullish().meta({ description: 'Of LINK_REQUIRED: of the account that the address has.' }),
  username: text(256).nullish().meta({ description: 'Of USERNAME_REQUIRED: for the new account.' }),
  attempt: text(2_048).nullish().meta({ description: 'Of EMAIL_NOT_VERIFIED with a challenge.' }),
  code: text(256).nullish().meta({ description: 'Of the mail that is on its way then.' }),
  passkey: passkeyAnswer.nullish(),
  delivery: delivery('BODY'),
})
  .refine(({ totp, recoveryCode: code, passkey }) => [totp, code, passkey].filter((proof) => proof != null).length <= 1, {
    path: ['totp'],
    message: 'at most one proof is taken: totp, recoveryCode, or passkey',
  })
  .register(graphqlNames, { name: 'CompleteLoginInput' });
