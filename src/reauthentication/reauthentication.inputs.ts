import { password } from '../accounts/accounts.inputs';
import { inputObject } from '../input';
import { graphqlNames } from '../operations/schemas';

/** Exactly one proof. */
export const reauthenticateInput = inputObject({ password: password.nullish() })
  .refine(({ password }) => password != null, { path: ['password'], message: 'is required' })
  .meta({ description: 'Exactly one proof: of the kind that `methods` of REAUTHENTICATION_REQUIRED names.' })
  .register(graphqlNames, { name: 'ReauthenticateInput' });
