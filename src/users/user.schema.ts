import { z } from 'zod';
import { graphqlNames, id, moment } from '../operations/schemas';

/** A user as every door shows one. Never holds a hash. */
export const userSchema = z
  .object({
    id: id(),
    username: z.string().meta({ examples: ['user123'] }),
    email: z.string().meta({ examples: ['user123@example.com'] }),
    emailVerified: z.boolean().meta({ examples: [false] }),
    name: z.string().nullable(),
    bio: z.string().nullable(),
    pictureUrl: z.string().nullable(),
    locale: z.string().nullable().meta({ description: 'A BCP 47 language tag.' }),
    roles: z.array(z.string()).meta({ examples: [['EDITOR']] }),
    createdAt: moment(),
    updatedAt: moment(),
  })
  .meta({ id: 'User', description: 'Somebody who can log in.' });

/** What an operation answers that has changed the caller. */
export const userAnswerSchema = z.object({ user: userSchema }).meta({ id: 'UserAnswer' }).register(graphqlNames, { name: 'UserPayload' });
