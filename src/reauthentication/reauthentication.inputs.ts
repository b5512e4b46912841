import { password } from '../accounts/accounts.inputs';
import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { recoveryCode, totpCode } from '../second-factors/second-factors.inputs';
import { passkeyAnswer } from '../webauthn/passkey-answer';

/** Exactly one proof. What a code is, is judged and not its form: whatever is none is INVALID_CODE. */
export const reauthenticateInput = inputObject({
  password: password.nullish(),
  attempt: text(2_048)
    .nullish()
    .meta({ description: 'What requestReauthentication was answered with. Left out: the code is of this session.' }),
  totp: totpCode.nullish(),
  recoveryCode: recoveryCode.nullish(),
  passkey: passkeyAnswer.nullish(),
  code: text(256).nullish().meta({ description: 'As it is typed: spaces and hyphens do no harm.' }),
})
  .refine(hasOneProof, {
    path: ['password'],
    message: 'exactly one proof is required: password, totp, recoveryCode, passkey, or code',
    when: ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value),
  })
  .meta({ description: 'Exactly one proof: of the kind that `methods` of REAUTHENTICATION_REQUIRED names.' })
  .register(graphqlNames, { name: 'ReauthenticateInput' });

/** `attempt` belongs to the code of a mail. */
function hasOneProof({ attempt, ...proofs }: Readonly<Record<string, unknown>>): boolean {
  return Object.values(proofs).filter((proof) => proof != null).length === 1 && (attempt == null || proofs.code != null);
}
