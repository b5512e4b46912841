import type { GraphQLSchema } from 'graphql';
import type { Closing } from '../closing';
import { createContextFactory } from '../context';
import { parseDatabaseUrl } from '../database/database-url';
import { features, type House } from '../features';
import { openGraphQLServer } from '../graphql/graphql.server';
import { registerGraphQL } from '../graphql/http/graphql.route';
import { answerPersistedQueries } from '../graphql/http/persisted-query';
import { resolverOf } from '../graphql/operations.resolver';
import { createSchema, type ResolverClass } from '../graphql/schema';
import { toSubgraph } from '../graphql/subgraph';
import { createHttpServer, type HttpServer } from '../http/http.server';
import { createOrigins } from '../http/origins';
import { type ContextOf, createRequesterOf } from '../http/requester-of';
import { type Answered, createTellHidden } from '../log';
import type { Execute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import { registerRoutes } from '../rest/register-routes';
import type { Route } from '../rest/route';
import { findDemoUser } from '../user-administration/demo-user';
import { version } from '../version';

interface Doors {
  readonly services: House;
  readonly schema: GraphQLSchema;
  readonly routes: readonly Route[];
  readonly onAnswer: (answered: Answered) => void;
  /** Told the class of the cause of each UNAVAILABLE. */
  readonly onUnavailable: (cause: string) => void;
}

/** Both doors on one HTTP server, which does not listen yet. */
export async function openServer(doors: Doors, closing: Closing): Promise<HttpServer> {
  const { services, schema, routes, onAnswer, onUnavailable } = doors;
  const { config, logger, publicUrl, readiness } = services;
  const tellHidden = createTellHidden(logger, onUnavailable);
  const graphql = closing.push(await openGraphQLServer(schema, config, tellHidden), (open) => open.close());
  const origins = createOrigins(config, publicUrl);
  const requesterOf = createRequesterOf(origins);
  const { isDraining } = readiness;
  const server = closing.push(
    await createHttpServer(config, logger, { isDraining, requesterOf, origins, onAnswer, tellHidden, extend: answerPersistedQueries }),
    closeServer,
  );
  const createContext = createContextFactory(services);
  const contextOf: ContextOf = (request) =>
    createContext({ requester: requesterOf(request), authorization: request.headers.authorization });
  registerRoutes(server, routes, contextOf, tellHidden);
  registerGraphQL(server, graphql, contextOf, tellHidden);
  if (config.explorer) await registerPages(server);
  if (!config.production) await registerFront(server, services);
  return server;
}

/** The schema as this gateway serves it. */
export async function createServedSchema(operations: readonly BoundOperation[], execute: Execute, house: House): Promise<GraphQLSchema> {
  const schema = createSchema(await resolversOf(operations, execute, house));
  return house.config.federation ? toSubgraph(schema) : schema;
}

/** What GraphQL's schema is made of: the operations, and the fields that features add to types. */
export async function resolversOf(
  operations: readonly BoundOperation[],
  execute: Execute,
  house: object,
): Promise<Map<ResolverClass, object>> {
  const OperationsResolver = resolverOf(features.operations);
  const added = await Promise.all(features.list.map((feature) => feature.resolvers?.(house) ?? []));
  return new Map<ResolverClass, object>([
    [OperationsResolver, new OperationsResolver(operations, execute)],
    ...added.flatMap((each) => [...each]),
  ]);
}

/** The pages for developers, loaded here alone: a gateway in production does without them. */
async function registerPages(server: HttpServer): Promise<void> {
  const { registerDocs } = await import('../pages/docs.route');
  const { registerExplorer } = await import('../pages/explorer.route');
  const { createExplorer, sandboxPath } = await import('../pages/explorer');
  registerDocs(server);
  registerExplorer(server, createExplorer(), sandboxPath);
}

/** `/`, in development. */
async function registerFront(server: HttpServer, { config, publicUrl, database }: House): Promise<void> {
  const { registerFrontPage } = await import('../pages/front-page.route');
  const { explorer, introspection } = config;
  const kind = parseDatabaseUrl(config.databaseUrl).provider === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  const demoUser = async () => (config.demoUser ? await findDemoUser(database) : null);
  const facts = async () =>
    ({ version, database: kind, publicUrl: publicUrl(), explorer, introspection, demoUser: await demoUser() }) as const;
  registerFrontPage(server, { facts });
}

/** How long requests in flight may take to finish, in milliseconds. */
const closeTimeoutMs = 7_000;

async function closeServer(server: HttpServer): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), closeTimeoutMs);
  await server.close();
  clearTimeout(timer);
}
