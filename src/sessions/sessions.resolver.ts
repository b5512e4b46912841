import { Arg, Ctx, Extensions, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type RequestContext, requireSession, requireSessionOrCookie } from '../context';
import { Requires } from '../graphql/requires';
import type { User } from '../users/user';
import { UserType } from '../users/user.type';
import type { Session } from './session';
import { AuthPayload, LogoutInput, LogoutPayload, RefreshInput, SessionType } from './session.type';
import type { EndedSessions, SessionsService } from './sessions.service';
import type { SignedIn } from './signed-in';

@Resolver()
export class SessionsResolver {
  constructor(private readonly service: SessionsService) {}

  @Requires('authenticated')
  @Query(() => [SessionType], { description: "The caller's live sessions, newest first." })
  async sessions(@Ctx() context: RequestContext): Promise<Session[]> {
    return this.service.list(await requireSession(context), context.loaders.sessions);
  }

  @Requires('public')
  @Mutation(() => AuthPayload, {
    description:
      'Spends a refresh token for a new pair of tokens of the same session. With the header `Idempotency-Key` it may be sent again.',
  })
  refresh(
    @Arg('input', () => RefreshInput, { nullable: true }) input: RefreshInput | null,
    @Ctx() { client }: RequestContext,
  ): Promise<SignedIn> {
    return this.service.refresh(input, client);
  }

  @Extensions({ access: 'session or cookie' })
  @Mutation(() => LogoutPayload, { description: "Ends the caller's session, its others, or all of them." })
  async logout(
    @Arg('input', () => LogoutInput, { nullable: true }) input: LogoutInput | null,
    @Ctx() context: RequestContext,
  ): Promise<EndedSessions> {
    return this.service.logout(await requireSessionOrCookie(context), input, context.client);
  }

  @Requires('authenticated')
  @Extensions({ repeatable: true }) // ending several devices at once guesses nothing
  @Mutation(() => LogoutPayload, { description: 'Ends one session of the caller.' })
  async revokeSession(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<EndedSessions> {
    return this.service.revoke(await requireSession(context), id, context.client);
  }
}

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
