import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { z } from 'zod';
import { UserType } from '../users/user.type';
import type { Session } from './session';
import type { logoutInput, logoutScopes, refreshInput, tokenDeliveries } from './sessions.inputs';
import type { EndedSessions } from './sessions.service';
import type { SignedIn } from './signed-in';

@ObjectType('Session', { description: 'One place where the user is logged in.', simpleResolvers: true })
export class SessionType implements Omit<Session, 'userId'> {
  @Field(() => ID)
  readonly id: string;

  @Field(() => Boolean, { description: 'Whether the request itself comes from it.' })
  readonly current: boolean;

  @Field(() => String, { nullable: true })
  readonly userAgent: string | null;

  @Field(() => String, { nullable: true })
  readonly ipAddress: string | null;

  @Field(() => GraphQLDateTime)
  readonly createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When it began or was last refreshed.' })
  readonly lastUsedAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When it ends, if it is not refreshed before.' })
  readonly expiresAt: Date;
}

@ObjectType({ simpleResolvers: true })
export class AuthPayload implements Omit<SignedIn, 'session'> {
  @Field(() => UserType)
  readonly user: UserType;

  @Field(() => SessionType)
  readonly session: SessionType;

  @Field(() => String, { description: 'Sent as `Authorization: Bearer <access token>`.' })
  readonly accessToken: string;

  @Field(() => String, { description: 'Always `Bearer`.' })
  readonly tokenType: 'Bearer';

  @Field(() => Int, { description: 'Seconds until the access token expires.' })
  readonly expiresIn: number;

  @Field(() => String, { nullable: true, description: 'Null only where it was put into a cookie.' })
  readonly refreshToken: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'At register and login: send it as `X-Device-Token` at the next login from this device. Null where it was put into a cookie.',
  })
  readonly deviceToken: string | null;
}

@ObjectType({ simpleResolvers: true })
export class LogoutPayload implements EndedSessions {
  @Field(() => Int)
  readonly endedSessions: number;
}

export enum TokenDelivery {
  BODY = 'BODY',
  COOKIE = 'COOKIE',
}

registerEnumType(TokenDelivery, {
  name: 'TokenDelivery',
  description: 'Where the refresh token goes.',
  valuesConfig: {
    BODY: { description: 'Into the answer.' },
    COOKIE: { description: 'Into a cookie that no script can read; for browsers.' },
  },
});

export enum LogoutScope {
  CURRENT = 'CURRENT',
  OTHERS = 'OTHERS',
  ALL = 'ALL',
}

registerEnumType(LogoutScope, {
  name: 'LogoutScope',
  valuesConfig: {
    CURRENT: { description: 'The session that the request comes from.' },
    OTHERS: { description: 'Every other session of the user.' },
    ALL: { description: 'Every session of the user.' },
  },
});

@InputType()
export class RefreshInput implements z.input<typeof refreshInput> {
  @Field(() => String, { nullable: true, description: 'Left out: the refresh cookie, where one is used.' })
  readonly refreshToken?: string | null;

  @Field(() => TokenDelivery, { nullable: true, description: 'Left out: as it came.' })
  readonly delivery?: (typeof tokenDeliveries)[number] | null;
}

@InputType()
export class LogoutInput implements z.input<typeof logoutInput> {
  @Field(() => LogoutScope, { nullable: true, defaultValue: LogoutScope.CURRENT })
  readonly scope?: (typeof logoutScopes)[number];
}
