import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context';
import type { ResolverClass, Resolvers } from '../../graphql/schema';
import { outputClass } from '../../graphql/types';
import type { User } from '../../users/user';
import { userSchema } from '../../users/user.schema';
import type { Session } from '../session';
import { sessionSchema } from '../session.schema';
import type { SessionsService } from '../sessions.service';

const UserType = outputClass(userSchema);
const SessionType = outputClass(sessionSchema);

@Resolver(() => UserType)
export class UserSessionsResolver {
  constructor(private readonly service: SessionsService) {}

  @FieldResolver(() => [SessionType], {
    nullable: true,
    description: 'Live sessions, newest first; null for everybody but the user himself.',
  })
  async sessions(@Root() user: User, @Ctx() context: RequestContext): Promise<Session[] | null> {
    return this.service.listOf(user.id, await context.verdict(), context.loaders.sessions);
  }
}

@Resolver(() => SessionType)
export class SessionUserResolver {
  @FieldResolver(() => UserType, { nullable: true, description: 'Whose session it is.' })
  user(@Root() session: Session, @Ctx() { loaders }: RequestContext): Promise<User | null> {
    return loaders.users.load(session.userId);
  }
}

/** The fields that lead from a user to sessions, and back. */
export const createSessionResolvers = (sessions: SessionsService): Resolvers =>
  new Map<ResolverClass, object>([
    [UserSessionsResolver, new UserSessionsResolver(sessions)],
    [SessionUserResolver, new SessionUserResolver()],
  ]);
