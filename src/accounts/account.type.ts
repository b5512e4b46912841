import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { z } from 'zod';
import { TokenDelivery } from '../sessions/session.type';
import type { tokenDeliveries } from '../sessions/sessions.inputs';
import { UserType } from '../users/user.type';
import type { changePasswordInput, loginInput, registerInput, updateProfileInput } from './accounts.inputs';

@InputType()
export class RegisterInput implements z.input<typeof registerInput> {
  @Field(() => String, { description: 'Letters, digits, dots, hyphens and underscores; no @.' })
  readonly username: string;

  @Field(() => String)
  readonly email: string;

  @Field(() => String)
  readonly password: string;

  @Field(() => String, { nullable: true })
  readonly name?: string | null;

  @Field(() => TokenDelivery, { nullable: true, description: 'Left out: BODY.' })
  readonly delivery?: (typeof tokenDeliveries)[number] | null;
}

@InputType({
  description: 'Exactly one of username and email. A username holds no @, so an address in `username` is taken as one.',
})
export class LoginInput implements z.input<typeof loginInput> {
  @Field(() => String, { nullable: true })
  readonly username?: string | null;

  @Field(() => String, { nullable: true })
  readonly email?: string | null;

  @Field(() => String)
  readonly password: string;

  @Field(() => TokenDelivery, { nullable: true, description: 'Left out: BODY.' })
  readonly delivery?: (typeof tokenDeliveries)[number] | null;
}

@InputType({ description: 'Omitted = unchanged; null = cleared.' })
export class UpdateProfileInput implements z.input<typeof updateProfileInput> {
  @Field(() => String, { nullable: true })
  readonly username?: string;

  @Field(() => String, { nullable: true })
  readonly name?: string | null;

  @Field(() => String, { nullable: true })
  readonly bio?: string | null;

  @Field(() => String, { nullable: true, description: 'An http or https URL.' })
  readonly pictureUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'A BCP 47 language tag.' })
  readonly locale?: string | null;

  @Field(() => String, { nullable: true, description: 'A new address needs currentPassword.' })
  readonly email?: string;

  @Field(() => String, { nullable: true })
  readonly currentPassword?: string | null;
}

@InputType()
export class ChangePasswordInput implements z.input<typeof changePasswordInput> {
  @Field(() => String)
  readonly currentPassword: string;

  @Field(() => String)
  readonly newPassword: string;
}

@ObjectType({ simpleResolvers: true })
export class UpdateProfilePayload {
  @Field(() => UserType)
  readonly user: UserType;
}

@ObjectType({ simpleResolvers: true })
export class ChangePasswordPayload {
  @Field(() => UserType)
  readonly user: UserType;

  @Field(() => Int, { description: 'Every other session of the user has been ended.' })
  readonly endedSessions: number;
}
