import type { GraphQLSchema } from 'graphql';
import { createLinkPages } from '../account-pages/link';
import { createPages } from '../account-pages/open-pages';
import type { Closing } from '../closing';
import { createContextFactory } from '../context';
import { parseDatabaseUrl } from '../database/database-url';
import { features, type House } from '../features';
import { type GraphQLServer, openGraphQLServer } from '../graphql/graphql.server';
import { registerGraphQL } from '../graphql/http/graphql.route';
import { answerPersistedQueries } from '../graphql/http/persisted-query';
import { registerRoutedPath } from '../graphql/http/routed-path.route';
import { acceptUpgrades } from '../graphql/http/upgrades';
import { resolverOf } from '../graphql/operations.resolver';
import { createSchema, type ResolverClass } from '../graphql/schema';
import { toSubgraph } from '../graphql/subgraph';
import { createHttpServer, type HttpServer } from '../http/http.server';
import { createOrigins } from '../http/origins';
import { type ContextOf, createRequesterOf } from '../http/requester-of';
import { type Answered, createTellHidden } from '../log';
import { folderOf } from '../mail/mail.url';
import type { Metrics } from '../metrics/metrics';
import type { Execute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import { registerAccountPages } from '../pages/account-link.route';
import { type HostedPages, pageContextOf, registerHostedPages } from '../pages/account-pages.route';
import { registerRoutes } from '../rest/register-routes';
import type { Route } from '../rest/route';
import type { MergedSchema } from '../upstream/schema/merged.schema';
import { findDemoUser } from '../user-administration/demo-user';
import { version } from '../version';

interface Doors {
  readonly services: House;
  readonly schema: GraphQLSchema;
  /** With the schema of a service behind; null where there is none. */
  readonly merged: MergedSchema | null;
  /** Whether introspection of `/graphql` is answered. */
  readonly introspects: boolean;
  readonly routes: readonly Route[];
  readonly operations: readonly BoundOperation[];
  readonly execute: Execute;
  readonly onAnswer: (answered: Answered) => void;
  /** Told the class of the cause of each UNAVAILABLE. */
  readonly onUnavailable: (cause: string) => void;
  /** Counts services behind the gateway. Undefined: no metrics are kept. */
  readonly observe: Metrics['ofUpstreams'] | undefined;
}

/** Both doors on one HTTP server, which does not listen yet. */
export async function openServer(doors: Doors, closing: Closing): Promise<HttpServer> {
  const { services, schema, merged, introspects, routes, onAnswer, onUnavailable, observe } = doors;
  const { config, logger, publicUrl, readiness } = services;
  const tellHidden = createTellHidden(logger, onUnavailable);
  const graphql = closing.push(
    await openGraphQLServer(merged?.own ?? schema, { ...config, introspection: introspects }, tellHidden),
    (open) => open.close(),
  );
  const origins = createOrigins(config, publicUrl);
  const createContext = createContextFactory(services);
  const { paths = [], sockets = null } = services.upstreams?.open({ server: inTimeDoor(graphql), tell: tellHidden, observe }, merged) ?? {};
  const requesterOf = createRequesterOf(origins);
  const { isDraining } = readiness;
  const server = closing.push(
    await createHttpServer(config, logger, {
      isDraining,
      origins,
      onAnswer,
      tellHidden,
      extend: (added) => {
        answerPersistedQueries(added);
        if (sockets !== null) acceptUpgrades(added, sockets, requesterOf, createContext, origins);
      },
      exposedHeaders: services.upstreams?.answerHeaders ?? [],
    }),
    closeServer,
  );
  const contextOf: ContextOf = (request) =>
    createContext({ requester: requesterOf(request), authorization: request.headers.authorization });
  registerRoutes(server, routes, contextOf, tellHidden);
  if (merged === null) registerGraphQL(server, graphql, contextOf, tellHidden);
  for (const path of paths) registerRoutedPath(server, path, contextOf, tellHidden);
  registerPeople(server, doors, { origins, requesterOf, createContext, tellHidden });
  if (config.explorer) await registerPages(server, hasMailbox(config));
  if (!config.production || config.pages) await registerFront(server, services);
  return server;
}

/** The pages of people, where there are any. */
function registerPeople(server: HttpServer, { services, operations, execute }: Doors, http: Omit<HostedPages, 'pages'>): void {
  const { theme, outbox } = services;
  if (theme === null) return;
  const pages = createPages({ ...services, theme, operations, execute });
  registerHostedPages(server, { ...http, pages });
  if (outbox.isOn) registerAccountPages(server, createLinkPages({ ...services, ...pages }), pages, http.origins, pageContextOf(http));
}

/** Our own operations beside those of a service behind: their deadline is not its. */
const inTimeDoor = ({ answer, judge, run }: GraphQLServer): Pick<GraphQLServer, 'answer' | 'judge' | 'run'> => ({
  answer: (request) => request.context.requester.deadline.limit(answer(request)),
  judge,
  run: (operation, context) => context.requester.deadline.limit(run(operation, context)),
});

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
async function registerPages(server: HttpServer, withMailbox: boolean): Promise<void> {
  const { registerDocs } = await import('../pages/docs.route');
  const { registerExplorer } = await import('../pages/explorer.route');
  const { createExplorer, sandboxPath } = await import('../pages/explorer');
  registerDocs(server);
  registerExplorer(server, createExplorer(withMailbox), sandboxPath);
}

/** Whether there is a page of the mails that were sent. */
const hasMailbox = (config: House['config']): boolean => !config.production && folderOf(config) !== null;

/** `/`, and in development the mailbox where mails are files. */
async function registerFront(server: HttpServer, { config, publicUrl, database, mailer }: House): Promise<void> {
  const { registerFrontPage, registerWayToPages } = await import('../pages/front-page.route');
  if (config.production) return registerWayToPages(server, () => `${publicUrl()}/account`);
  const { explorer, introspection, pages, testMode } = config;
  const kind = parseDatabaseUrl(config.databaseUrl).provider === 'sqlite' ? 'SQLite' : 'PostgreSQL';
  const demoUser = async () => (config.demoUser ? await findDemoUser(database) : null);
  const mailFolder = folderOf(config);
  const facts = async () =>
    ({
      version,
      database: kind,
      publicUrl: publicUrl(),
      explorer,
      introspection,
      pages,
      demoUser: await demoUser(),
      mailFolder,
      testMode,
    }) as const;
  registerFrontPage(server, { facts });
  if (mailer === null || mailFolder === null) return;
  const { registerMailbox } = await import('../pages/mailbox.route');
  registerMailbox(server, mailer, mailFolder);
}

/** How long requests in flight may take to finish, in milliseconds. */
const closeTimeoutMs = 7_000;

async function closeServer(server: HttpServer): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), closeTimeoutMs);
  await server.close();
  clearTimeout(timer);
}
