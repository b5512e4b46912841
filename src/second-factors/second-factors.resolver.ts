import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context';
import type { SecondFactors } from '../database/queries/second-factor.query';
import { Failure } from '../errors';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import { secondFactorsSchema } from '../users/second-factors.schema';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';
import type { SecondFactorCheck } from './second-factor-check';

const UserType = outputClass(userSchema);
const SecondFactorsType = outputClass(secondFactorsSchema);

@Resolver(() => UserType)
export class UserSecondFactorsResolver {
  constructor(private readonly check: SecondFactorCheck) {}

  @FieldResolver(() => SecondFactorsType, {
    description: 'What is asked for beside the first factor. FORBIDDEN for everybody but the user himself.',
  })
  async secondFactors(@Root() user: User, @Ctx() context: RequestContext): Promise<SecondFactors> {
    const verdict = await context.verdict();
    if (!verdict.accepted || verdict.session.user.id !== user.id) throw new Failure('FORBIDDEN');
    return this.check.of(user.id);
  }
}

export const createSecondFactorResolvers = (check: SecondFactorCheck): Resolvers =>
  new Map<ResolverClass, object>([[UserSecondFactorsResolver, new UserSecondFactorsResolver(check)]]);
