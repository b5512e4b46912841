import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { pendingEmailOf } from '../addresses/pending-email';
import type { RequestContext } from '../context';
import type { UserRow } from '../database/database';
import { Failure } from '../errors';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import type { MailTokens } from '../mail-tokens/mail-tokens.service';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';

const UserType = outputClass(userSchema);

/** What of an account is its owner's alone. */
@Resolver(() => UserType)
export class OwnFieldsResolver {
  constructor(private readonly mailTokens: MailTokens) {}

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Waits to be confirmed. Null where nothing waits, and for everybody but the user himself.',
  })
  async pendingEmail(@Root() { id }: User, @Ctx() context: RequestContext): Promise<string | null> {
    const own = await ownRow(id, context);
    return own === null ? null : pendingEmailOf(own, this.mailTokens);
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

export const createOwnFieldsResolvers = (mailTokens: MailTokens): Resolvers =>
  new Map<ResolverClass, object>([[OwnFieldsResolver, new OwnFieldsResolver(mailTokens)]]);
