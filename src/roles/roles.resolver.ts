import { FieldResolver, Resolver, Root } from 'type-graphql';
import type { ResolverClass, Resolvers } from '../graphql/schema';
import { outputClass } from '../graphql/types';
import type { User } from '../users/user';
import { userSchema } from '../users/user.schema';
import type { RoleTable } from './role-table';

const UserType = outputClass(userSchema);

@Resolver(() => UserType)
export class UserPermissionsResolver {
  constructor(private readonly roles: RoleTable) {}

  @FieldResolver(() => [String], { description: "What the user's roles stand for. A last part `*` is everything that begins so." })
  async permissions(@Root() user: User): Promise<readonly string[]> {
    return (await this.roles.permissionsOf(user.roles.join(' '))).list; // of a stranger the roles are FORBIDDEN
  }
}

export const createRoleResolvers = (roles: RoleTable): Resolvers =>
  new Map<ResolverClass, object>([[UserPermissionsResolver, new UserPermissionsResolver(roles)]]);
