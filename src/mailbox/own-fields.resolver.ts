import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Clock } from '../clock';
import type { RequestContext } from '../context';
import type { Database, UserRow } from '../database/database';
import { readOwnFields } from '../database/queries/own-fields.query';
import { Failure } from '../errors';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';

const UserType = outputClass(userSchema);

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
}

/** What of an account is its owner's alone. */
@Resolver(() => UserType)
export class OwnFieldsResolver {
  constructor(private readonly house: Needs) {}

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Waits to be confirmed. Null where nothing waits, and for everybody but the user himself.',
  })
  async pendingEmail(@Root() { id }: User, @Ctx() context: RequestContext): Promise<string | null> {
    const own = await ownRow(id, context);
    if (own === null) return null;
    const { database, clock } = this.house;
    return (await readOwnFields(database.statements, own, new Date(clock.now()))).pendingEmail;
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the account will be deleted. Null where it stays, and for everybody but the user himself.',
  })
  async deletesAt(@Root() { id }: User, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await ownRow(id, context))?.deletesAt ?? null;
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether the user can log in with a password. FORBIDDEN for everybody but the user himself.',
  })
  async hasPassword(@Root() { id }: User, @Ctx() context: RequestContext): Promise<boolean> {
    const own = await ownRow(id, context);
    if (own === null) throw new Failure('FORBIDDEN');
    return own.passwordHash !== null;
  }
}

async function ownRow(userId: string, context: RequestContext): Promise<UserRow | null> {
  const verdict = await context.verdict();
  return verdict.accepted && verdict.session.user.id === userId ? verdict.session.user : null;
}

export const createOwnFieldsResolvers = (house: Needs): Resolvers =>
  new Map<ResolverClass, object>([[OwnFieldsResolver, new OwnFieldsResolver(house)]]);
