import { z } from 'zod';
import { graphqlNames, id, moment } from '../operations/schemas';

/** An account at another provider that opens this one. */
export const identitySchema = z
  .object({
    id: id(),
    provider: z.string().meta({ description: "The provider's id.", examples: ['google'] }),
    email: z
      .string()
      .nullable()
      .meta({ description: 'As the provider had it when it was linked.', examples: ['kate@example.com'] }),
    createdAt: moment(),
    lastUsedAt: moment('When somebody last logged in by it.').nullable(),
  })
  .meta({ id: 'Identity', description: 'An account at another provider that opens this one.' })
  .register(graphqlNames, { name: 'Identity' });

export type Identity = z.output<typeof identitySchema>;
