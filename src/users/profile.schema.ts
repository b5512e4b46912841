import { z } from 'zod';
import { shownInGraphQL } from '../operations/schemas';
import { userSchema } from './user.schema';

/** A user as `GET /v1/profile` shows the caller's own. GraphQL's `User` has the further members as fields with resolvers. */
export const profileSchema = z
  .object({
    ...userSchema.shape,
    permissions: z.array(z.string()).meta({ description: 'What the roles stand for.', examples: [['orders:read', 'orders:refund']] }),
  })
  .meta({ id: 'Profile', description: 'The caller.' });
shownInGraphQL.set(profileSchema, userSchema);

export type Profile = z.output<typeof profileSchema>;
