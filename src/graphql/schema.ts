import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type MiddlewareFn, type NonEmptyArray } from 'type-graphql';
import { AccountsResolver } from '../accounts/accounts.resolver';
import type { AccountsService } from '../accounts/accounts.service';
import type { RequestContext } from '../context';
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
    skipCheck: true, // an introspection, 50 ms of every start; Apollo judges the schema too, when it takes it
    globalMiddlewares: [renewForEachMutation],
  });
}

/** Mutations of one document run one after the other: each is judged by what the ones before have left (GraphQL §6.2.2). */
const renewForEachMutation: MiddlewareFn<RequestContext> = ({ context, info }, next) => {
  if (info.path.prev === undefined && info.operation.operation === 'mutation') context.renew();
  return next();
};
