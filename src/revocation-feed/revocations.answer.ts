import { z } from 'zod';

/** The list of what services that verify by themselves must refuse. */
export const revocationsAnswer = z
  .object({
    sessions: z.array(z.uuid()).meta({ description: 'Refuse tokens with such a sid.' }),
    users: z
      .array(
        z.object({
          id: z.uuid(),
          before: z.int().meta({ description: 'Seconds since 1970.', examples: [1_790_000_000] }),
          except: z.uuid().nullable(),
          generation: z.int(),
        }),
      )
      .meta({
        description:
          'Refuse tokens with such a sub whose auth_time is less than before, unless their sid is except. Of two entries of one user, the greater generation counts.',
      }),
    keys: z.array(z.string()).meta({ description: 'Refuse tokens with such a kid.' }),
    until: z.int().meta({
      description: 'Seconds since 1970: the last token that is meant here has expired by then.',
      examples: [1_790_000_960],
    }),
  })
  .meta({ id: 'Revocations' });
