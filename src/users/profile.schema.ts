import { z } from 'zod';
import { moment, shownInGraphQL } from '../operations/schemas';
import { secondFactorsSchema } from './second-factors.schema';
import { userSchema } from './user.schema';

/** A user as `GET /v1/profile` shows the caller's own. GraphQL's `User` has the further members as fields with resolvers. */
export const profileSchema = z
  .object({
    ...userSchema.shape,
    pendingEmail: z.string().nullable().meta({ description: 'Waits to be confirmed. Null where nothing waits.' }),
    hasPassword: z.boolean().meta({ description: 'Whether the user can log in with a password.' }),
    deletesAt: moment('When the account will be deleted. Null where it stays.').nullable(),
    secondFactors: secondFactorsSchema,
    permissions: z.array(z.string()).meta({ description: 'What the roles stand for.', examples: [['orders:read', 'orders:refund']] }),
  })
  .meta({ id: 'Profile', description: 'The caller.' });
shownInGraphQL.set(profileSchema, userSchema);

export type Profile = z.output<typeof profileSchema>;
