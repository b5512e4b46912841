import { accountsOperations } from './accounts/accounts.operations';
import type { AccountsService } from './accounts/accounts.service';
import { resolverOf } from './graphql/operations.resolver';
import type { Resolvers } from './graphql/schema';
import type { Execute } from './operations/execute';
import { type AnyOperation, type BoundOperation, bind } from './operations/operation';
import { sessionsOperations } from './sessions/sessions.operations';
import { SessionUserResolver, UserSessionsResolver } from './sessions/sessions.resolver';
import type { SessionsService } from './sessions/sessions.service';

/** Every operation, in the order of the documents. */
export const operations = [...accountsOperations, ...sessionsOperations] as const satisfies readonly AnyOperation[];

export type OperationName = (typeof operations)[number]['name'];

const OperationsResolver = resolverOf(operations);

export interface OperationServices {
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
}

/** The operations over the services of a gateway. */
export const bindOperations = ({ accounts, sessions }: OperationServices): BoundOperation[] => [
  ...bind(accountsOperations, accounts),
  ...bind(sessionsOperations, sessions),
];

/** What GraphQL's schema is made of: the operations, and the fields that lead from a user to sessions and back. */
export const createResolvers = (bound: readonly BoundOperation[], execute: Execute, sessions: SessionsService): Resolvers =>
  new Map<abstract new (...given: never[]) => object, object>([
    [OperationsResolver, new OperationsResolver(bound, execute)],
    [UserSessionsResolver, new UserSessionsResolver(sessions)],
    [SessionUserResolver, new SessionUserResolver()],
  ]);
