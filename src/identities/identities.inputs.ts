import { inputObject, text } from '../input';
import { username } from '../names/names.inputs';
import { graphqlNames } from '../operations/schemas';
import { delivery } from '../sessions/sessions.inputs';

export const startProviderLoginInput = inputObject({
  provider: text(64).register(graphqlNames, { scalar: 'ID' }).meta({ description: 'One of `authConfig.providers`.' }),
  redirectUri: text(512).meta({
    description: 'The page that the provider sends the browser back to: registered there, of an allowed origin, without a query.',
  }),
}).register(graphqlNames, { name: 'StartProviderLoginInput' });

export const completeProviderLoginInput = inputObject({
  flow: text(4_096).meta({ description: 'What startProviderLogin was answered with.' }),
  response: text(8_192).meta({ description: 'The query of the page that the provider sent the browser to, with or without its `?`.' }),
  username: username.nullish().meta({ description: 'For a new account. Left out, USERNAME_REQUIRED proposes one.' }),
  delivery: delivery('BODY'),
}).register(graphqlNames, { name: 'CompleteProviderLoginInput' });

export const unlinkIdentityInput = inputObject({ id: text(64).register(graphqlNames, { scalar: 'ID' }) });
