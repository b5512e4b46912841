import { inputObject, text } from '../input';
import { graphqlNames } from '../operations/schemas';
import { delivery } from '../sessions/sessions.inputs';

export const completeLoginInput = inputObject({
  challenge: text(1_024).meta({ description: 'Of the error that log-in was answered with.' }),
  delivery: delivery('BODY'),
}).register(graphqlNames, { name: 'CompleteLoginInput' });
