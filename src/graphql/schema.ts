import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { AccountsResolver } from '../accounts/accounts.resolver';
import type { AccountsService } from '../accounts/accounts.service';
import { SessionsResolver, SessionUserResolver, UserSessionsResolver } from '../sessions/sessions.resolver';
import type { SessionsService } from '../sessions/sessions.service';

export interface ResolverServices {
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
}

/** The schema over these services. Input is judged by the services' own rules, not by decorators. */
export function createSchema({ accounts, sessions }: ResolverServices): GraphQLSchema {
  const resolvers = new Map<unknown, object>([
    [AccountsResolver, new AccountsResolver(accounts)],
    [SessionsResolver, new SessionsResolver(sessions)],
    [UserSessionsResolver, new UserSessionsResolver(sessions)],
    [SessionUserResolver, new SessionUserResolver()],
  ]);
  return buildSchemaSync({
    // The keys of the map are the classes.
    resolvers: [...resolvers.keys()] as unknown as NonEmptyArray<() => void>,
    container: { get: (type) => resolvers.get(type) },
    validate: false,
  });
}
