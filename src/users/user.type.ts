import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { User } from './user';

@ObjectType('User', { description: 'Somebody who can log in.', simpleResolvers: true })
export class UserType implements User {
  @Field(() => ID)
  readonly id: string;

  @Field(() => String)
  readonly username: string;

  @Field(() => String)
  readonly email: string;

  @Field(() => Boolean)
  readonly emailVerified: boolean;

  @Field(() => String, { nullable: true })
  readonly name: string | null;

  @Field(() => String, { nullable: true })
  readonly bio: string | null;

  @Field(() => String, { nullable: true })
  readonly pictureUrl: string | null;

  @Field(() => String, { nullable: true, description: 'A BCP 47 language tag.' })
  readonly locale: string | null;

  @Field(() => [String])
  readonly roles: string[];

  @Field(() => GraphQLDateTime)
  readonly createdAt: Date;

  @Field(() => GraphQLDateTime)
  readonly updatedAt: Date;
}
