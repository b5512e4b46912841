import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { type RequestContext, requireSession } from '../context';
import { Requires } from '../graphql/requires';
import { AuthPayload } from '../sessions/session.type';
import type { SignedIn } from '../sessions/signed-in';
import type { User } from '../users/user';
import { UserType } from '../users/user.type';
import {
  ChangePasswordInput,
  ChangePasswordPayload,
  LoginInput,
  RegisterInput,
  UpdateProfileInput,
  UpdateProfilePayload,
} from './account.type';
import type { AccountsService } from './accounts.service';

@Resolver()
export class AccountsResolver {
  constructor(private readonly service: AccountsService) {}

  @Requires('public')
  @Query(() => UserType, { nullable: true, description: 'The caller, or null. Never fails because of a missing or bad token.' })
  async me(@Ctx() { verdict, loaders }: RequestContext): Promise<User | null> {
    return this.service.me(await verdict(), loaders.users);
  }

  @Requires('authenticated')
  @Query(() => UserType, { description: 'The caller. UNAUTHENTICATED without a valid token.' })
  async profile(@Ctx() context: RequestContext): Promise<User> {
    return this.service.profile(await requireSession(context), context.loaders.users);
  }

  @Requires('public')
  @Mutation(() => AuthPayload, { description: 'Makes a user, and logs in.' })
  register(@Arg('input', () => RegisterInput) input: RegisterInput, @Ctx() { client }: RequestContext): Promise<SignedIn> {
    return this.service.register(input, client);
  }

  @Requires('public')
  @Mutation(() => AuthPayload, { description: 'Begins a session.' })
  login(@Arg('input', () => LoginInput) input: LoginInput, @Ctx() { client }: RequestContext): Promise<SignedIn> {
    return this.service.login(input, client);
  }

  @Requires('authenticated')
  @Mutation(() => UpdateProfilePayload, { description: 'Omitted = unchanged; null = cleared.' })
  async updateProfile(@Arg('input', () => UpdateProfileInput) input: UpdateProfileInput, @Ctx() context: RequestContext) {
    return this.service.updateProfile(await requireSession(context), input, context.client, context.loaders.users);
  }

  @Requires('authenticated')
  @Mutation(() => ChangePasswordPayload, { description: 'Every other session of the user ends.' })
  async changePassword(@Arg('input', () => ChangePasswordInput) input: ChangePasswordInput, @Ctx() context: RequestContext) {
    return this.service.changePassword(await requireSession(context), input, context.client);
  }
}
