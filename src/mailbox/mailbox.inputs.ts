import type { z } from 'zod';
import { locale, name, password } from '../accounts/accounts.inputs';
import { inputObject, text } from '../input';
import { email, username } from '../names/names.inputs';
import { graphqlNames } from '../operations/schemas';
import { delivery } from '../sessions/sessions.inputs';

/** Judged by what it is, and not by its form: whatever it is, it is INVALID_CODE or right. */
const opaque = text(2_048).nullish();

const again = opaque.meta({ description: 'Of an earlier request: the same code is sent again.' });
const token = opaque.meta({ description: "The last part of the mail's link." });
const attempt = opaque.meta({ description: 'What the request for the code was answered with.' });
const code = text(256).nullish().meta({ description: 'As it is typed: spaces and hyphens do no harm.' });

export const requestCodeInput = inputObject({
  email,
  attempt: again,
  locale: locale.nullish().meta({ description: 'The language of the mail.' }),
}).register(graphqlNames, { name: 'RequestCodeInput' });

export const resendInput = inputObject({
  attempt: opaque.meta({ description: 'Of EMAIL_NOT_VERIFIED, or of an earlier request. Left out: the address of the caller.' }),
}).register(graphqlNames, { name: 'ResendInput' });

/** One proof: the link's token; the code with its attempt; or, in a session, the code. */
interface Proof {
  readonly token?: string | null | undefined;
  readonly attempt?: string | null | undefined;
  readonly code?: string | null | undefined;
}

/** A rule between fields is asked also where another field is at fault. */
const whenObject = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOneProof = ({ token: link, attempt: asked, code: typed }: Proof): boolean =>
  link == null ? typed != null : asked == null && typed == null;

const oneProof = {
  path: ['code'] as PropertyKey[],
  message: 'exactly one proof is required: token, or code with its attempt',
  when: whenObject,
};

const proof = { token, attempt, code };

export const mailCodeInput = inputObject({
  ...proof,
  attempt: attempt.meta({ description: 'What the request for the code was answered with. Left out: the code is of the caller.' }),
})
  .refine(isOneProof, oneProof)
  .meta({ description: "Either the link's token, or the code; without a session of the account with the attempt it was asked for by." })
  .register(graphqlNames, { name: 'MailCodeInput' });

export const completeRegistrationInput = inputObject({
  ...proof,
  username,
  password,
  name: name.nullish(),
  locale: locale.nullish().meta({ description: 'A BCP 47 language tag.' }),
  delivery: delivery('BODY'),
})
  .refine(isOneProof, oneProof)
  .register(graphqlNames, { name: 'CompleteRegistrationInput' });

export const resetPasswordInput = inputObject({ ...proof, newPassword: password })
  .refine(isOneProof, oneProof)
  .register(graphqlNames, { name: 'ResetPasswordInput' });

export const requestEmailChangeInput = inputObject({ newEmail: email, attempt: again }).register(graphqlNames, {
  name: 'RequestEmailChangeInput',
});

export const loginWithCodeInput = inputObject({
  attempt: text(2_048).meta({ description: 'What requestLoginCode was answered with.' }),
  code: text(256).meta({ description: 'As it is typed: spaces and hyphens do no harm.' }),
  delivery: delivery('BODY'),
}).register(graphqlNames, { name: 'LoginWithCodeInput' });

export type RequestCode = z.output<typeof requestCodeInput>;
export type GivenProof = Proof;
