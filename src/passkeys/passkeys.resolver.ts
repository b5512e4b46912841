import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context';
import { Failure } from '../errors';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';
import type { OwnPasskeys } from './own-passkeys';
import { type Passkey, passkeySchema } from './passkey.schema';

const UserType = outputClass(userSchema);
const PasskeyType = outputClass(passkeySchema);

@Resolver(() => UserType)
export class UserPasskeysResolver {
  constructor(private readonly own: OwnPasskeys) {}

  @FieldResolver(() => [PasskeyType], { description: 'Oldest first. FORBIDDEN for everybody but the user himself.' })
  async passkeys(@Root() user: User, @Ctx() context: RequestContext): Promise<Passkey[]> {
    const verdict = await context.verdict();
    if (!verdict.accepted || verdict.session.user.id !== user.id) throw new Failure('FORBIDDEN');
    return this.own.list(user.id);
  }
}

export const createPasskeyResolvers = (own: OwnPasskeys): Resolvers =>
  new Map<ResolverClass, object>([[UserPasskeysResolver, new UserPasskeysResolver(own)]]);
