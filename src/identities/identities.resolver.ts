import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context';
import { Failure } from '../errors';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';
import { type Identity, identitySchema } from './identity.schema';
import type { OwnIdentities } from './own-identities';

const UserType = outputClass(userSchema);
const IdentityType = outputClass(identitySchema);

@Resolver(() => UserType)
export class UserIdentitiesResolver {
  constructor(private readonly own: OwnIdentities) {}

  @FieldResolver(() => [IdentityType], {
    description: 'The accounts at other providers that open this one. FORBIDDEN for everybody but the user himself.',
  })
  async identities(@Root() user: User, @Ctx() context: RequestContext): Promise<Identity[]> {
    const verdict = await context.verdict();
    if (!verdict.accepted || verdict.session.user.id !== user.id) throw new Failure('FORBIDDEN');
    return this.own.list(user.id);
  }
}

export const createIdentitiesResolvers = (identities: OwnIdentities): Resolvers =>
  new Map<ResolverClass, object>([[UserIdentitiesResolver, new UserIdentitiesResolver(identities)]]);
