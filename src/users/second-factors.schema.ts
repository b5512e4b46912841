import { z } from 'zod';
import { graphqlNames } from '../operations/schemas';

/** What is asked for beside the first factor. */
export const secondFactorsSchema = z
  .object({
    totp: z.boolean().meta({ description: 'An authenticator app.' }),
    passkeys: z.int().meta({ description: 'How many there are, security keys with them.' }),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'SecondFactors', description: 'What is asked for beside the first factor.' })
  .register(graphqlNames, { name: 'SecondFactors' });
