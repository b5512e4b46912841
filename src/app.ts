import type { AddressInfo } from 'node:net';
import { dirname, resolve } from 'node:path';
import { type AccountsService, createAccountsService } from './accounts/accounts.service';
import { createCredentials } from './accounts/credentials';
import { renewStaleKeys } from './accounts/stored-keys';
import { createUserChanges } from './accounts/user-changes';
import { createUsersService, type UsersService } from './accounts/users.service';
import { type AuditService, createAuditService } from './audit/audit.service';
import { type Clock, systemClock } from './clock';
import { createClosing } from './closing';
import type { Config } from './config';
import { createContextFactory } from './context';
import { type Database, openDatabase } from './database/database';
import { migrate } from './database/migrations/migrate';
import type { OnQuery } from './database/outage.adapter';
import { sqliteFile } from './database/sqlite/connection';
import { parseDatabaseUrl } from './database-url';
import { readUpstreamPolicy } from './forward-auth/graphql/policy';
import { createUpstreamGate, type UpstreamGate } from './forward-auth/graphql/request';
import { verifyGraphQLRoutes } from './forward-auth/graphql/routes';
import { verifyRoutes } from './forward-auth/routes';
import { type ClientsService, createClientsService } from './gate/clients.service';
import { type GateServices, gateRoutes } from './gate/gate.routes';
import { createReadiness } from './gate/health';
import { createIntrospectionService, type IntrospectionService } from './gate/introspection.service';
import { createRevocationFeed, type RevocationFeed } from './gate/revocation.feed';
import { createStreamOpener, type OpenRevocationStream } from './gate/revocation.stream';
import { createRevocationsService, type RevocationsService } from './gate/revocations.service';
import { openGraphQLServer } from './graphql/graphql.server';
import { createSchema } from './graphql/schema';
import { toSubgraph } from './graphql/subgraph';
import { createLedger } from './limits/ledger.service';
import { createLimits } from './limits/limits';
import type { Logger } from './log';
import { createJobsService, type JobsService } from './maintenance/jobs.service';
import { keyRotationJob } from './maintenance/key-rotation.job';
import { purgeJobs } from './maintenance/purge.jobs';
import { createInstrument } from './metrics/instrument';
import { createMetrics } from './metrics/metrics';
import { openMetricsServer } from './metrics/metrics.server';
import { countSessionChecks } from './metrics/session-checks';
import { bindOperations, createResolvers } from './operations';
import { createExecute, type Execute } from './operations/execute';
import type { BoundOperation } from './operations/operation';
import { createHashingPool, type HashingStatistics } from './passwords/hashing.pool';
import { createPasswordHasher, maxCost } from './passwords/password.hasher';
import { createPasswordPolicy } from './passwords/password.policy';
import { dearestStoredCost } from './passwords/stored-costs';
import { patiently } from './patiently';
import { createClientOf } from './rest/client-of';
import { registerGraphQL } from './rest/graphql.route';
import { createHttpServer, type HttpServer } from './rest/http.server';
import { openApiRoute } from './rest/openapi.route';
import { operationRoutes } from './rest/operation.routes';
import { createOrigins } from './rest/origins';
import { type ContextOf, registerRoutes } from './rest/register-routes';
import type { Route } from './rest/route';
import { createSecrets, loadOrMakeSecret } from './secrets';
import { createSessionCheck, type SessionCheck } from './sessions/session.check';
import { createSessionsService, type SessionsService } from './sessions/sessions.service';
import { slowRequestLimits } from './slow-requests';
import { createAccessTokens } from './tokens/access-token';
import { openSigningKeys, type SigningKeys } from './tokens/signing-keys.service';

/** What comes in from outside, so that tests can have their own. */
export interface Surroundings {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Called with the SQL of each statement. */
  readonly onQuery?: OnQuery;
}

/** Everything behind the doors: what the command line works with, too. */
export interface Services {
  readonly database: Database;
  readonly users: UsersService;
  readonly keys: SigningKeys;
  readonly accounts: AccountsService;
  readonly sessions: SessionsService;
  readonly sessionCheck: SessionCheck;
  readonly audit: AuditService;
  readonly clients: ClientsService;
  readonly introspection: IntrospectionService;
  readonly revocations: RevocationsService;
  readonly revocationFeed: RevocationFeed;
  readonly openRevocationStream: OpenRevocationStream;
  readonly jobs: JobsService;
  readonly hashing: () => HashingStatistics;
  /** How often each limit has refused, by name. */
  readonly limitRefusals: ReadonlyMap<string, number>;
  readonly close: () => Promise<void>;
}

export interface App {
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly port: number;
  /** Undefined: no metrics are kept. */
  readonly metricsPort: number | undefined;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  /** The SQLite file, or the PostgreSQL host and database. */
  readonly dataLocation: string;
  /** `/ready` answers 503 from now on; requests are still served. */
  readonly drain: () => void;
  /** Finishes the requests in flight and closes everything, last to first. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the services in order; what is open is closed again when a later one fails.
 * `publicUrl` is asked when a token is made: the port may not be known before.
 * @throws {MigrationError | SealedKeyError}
 */
export async function openServices(config: Config, publicUrl: () => string, surroundings: Surroundings): Promise<Services> {
  const { logger, clock = systemClock, onQuery } = surroundings;
  const closing = createClosing();
  try {
    const secrets = createSecrets(config.secrets ?? [loadOrMakeSecret(dataDirectory(config))]);
    await applyMigrations(config, logger);
    const database = closing.push(
      await openDatabase(config.databaseUrl, {
        ...(onQuery && { onQuery }),
        leaseMs: config.leaseMs,
        connections: config.databaseConnections,
        onFileReplaced: () => logger.error('another file lies where the database was: nothing is served until the next start'),
      }),
      (open) => open.close(),
    );
    const audit = createAuditService({ database, secrets, clock, logger });
    const keys = await patiently(() => openSigningKeys({ database, audit, secrets, clock }));
    const pool = closing.push(createHashingPool(config.hashThreads), (open) => open.close());
    const dearestStored = await dearestStoredCost(database, maxCost).catch(() => 0); // a dearer one is found out when it is first compared
    const hasher = createPasswordHasher(pool, secrets, config.bcryptCost, dearestStored);
    const naming = { issuer: publicUrl, audience: () => config.audience ?? publicUrl() };
    const accessTokens = createAccessTokens(keys, { ...naming, lifetimeSeconds: config.accessTokenSeconds }, clock);
    const sessionCheck = createSessionCheck({ database, accessTokens, keys, secrets, clock });
    const limits = createLimits(config.limits);
    const ledger = createLedger({ database, audit, secrets, clock });
    const sessions = createSessionsService({ database, audit, check: sessionCheck, accessTokens, secrets, config, clock, ledger, limits });
    const clients = createClientsService({ database, audit, ledger, limits, clock });
    const revocations = createRevocationsService(database, clock);
    const revocationFeed = closing.push(createRevocationFeed({ database, revocations, clock, logger }), (open) => open.close());
    const openRevocationStream = createStreamOpener({ feed: revocationFeed, revocations, clock });
    const introspection = createIntrospectionService({
      check: sessionCheck,
      sessions,
      ...naming,
      settled: database.notices.settled,
      clock,
    });
    const policy = createPasswordPolicy(config.passwordPolicy);
    const credentials = createCredentials({ database, audit, hasher, ledger, limits, secrets });
    const accounts = createAccountsService({ database, audit, sessions, credentials, hasher, policy, clock, ledger, limits });
    const changes = createUserChanges({ database, audit, sessions, hasher, policy, clock });
    const users = createUsersService({ database, audit, sessions, changes, clock });
    const work = [...purgeJobs(database, clock, config), keyRotationJob(keys, config.keyRotationDays)];
    const jobs = closing.push(createJobsService({ database, clock, logger }, work), (open) => open.close());
    return {
      database,
      users,
      keys,
      accounts,
      sessions,
      sessionCheck,
      clients,
      introspection,
      revocations,
      revocationFeed,
      openRevocationStream,
      audit,
      jobs,
      hashing: pool.statistics,
      limitRefusals: ledger.refusals,
      close: closing.run,
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

/** The gateway, listening. @throws {MigrationError | SealedKeyError | PolicyError}, and the system's errors, such as EADDRINUSE */
export async function createApp(config: Config, surroundings: Surroundings): Promise<App> {
  const { logger } = surroundings;
  const closing = createClosing();
  let publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
  const upstream = createUpstreamGate(
    config.upstreamPolicyFile === undefined ? new Map() : readUpstreamPolicy(config.upstreamPolicyFile),
    config,
  );
  try {
    const opened = closing.push(await openServices(config, () => publicUrl, surroundings), (open) => open.close());
    await renewNames(opened.database, logger);
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : createMetrics(opened.hashing, opened.limitRefusals, opened.database.notices.isConnected, opened.database.outages);
    const { onOutcome, onSessionCheck, onAnswer } = metrics ?? { onOutcome: ignore, onSessionCheck: ignore, onAnswer: ignore };
    const services = { ...opened, sessionCheck: countSessionChecks(opened.sessionCheck, onSessionCheck) };
    const operations = bindOperations(services);
    const execute = createExecute(createInstrument(onOutcome));
    const origins = createOrigins(config, () => publicUrl);
    const clientOf = createClientOf(origins);
    const readiness = createReadiness(services.database, surroundings.clock ?? systemClock);
    const schema = createSchema(createResolvers(operations, execute, services.sessions));
    const graphql = closing.push(await openGraphQLServer(config.federation ? toSubgraph(schema) : schema, config, logger), (open) =>
      open.close(),
    );
    const { isDraining } = readiness;
    const server = closing.push(await createHttpServer(config, logger, { isDraining, clientOf, origins, onAnswer }), closeServer);
    closing.push(services.revocationFeed, (open) => open.close()); // the server waits for the streams

    const createContext = createContextFactory(services);
    const contextOf: ContextOf = (request) => createContext({ client: clientOf(request), authorization: request.headers.authorization });
    const gate = {
      ...services,
      readiness,
      issuer: () => publicUrl,
      issuerPath: new URL(publicUrl).pathname,
      signInUrl: config.signInUrl,
      upstream,
    };
    const routes = createRoutes(operations, execute, gate);
    registerRoutes(server, routes, contextOf, logger);
    registerGraphQL(server, graphql, contextOf, logger);
    if (config.explorer) await registerPages(server);
    const metricsAt = { host: config.host, port: config.metricsPort ?? 0, ...slowRequestLimits(config) };
    const metricsServer = metrics && closing.push(await openMetricsServer(metrics, metricsAt), (open) => open.close());
    await services.database.notices.start((isConnected, reason) => {
      if (isConnected) logger.info('hears the other nodes again');
      else logger.warn({ reason }, 'cannot hear the other nodes: asks the database instead');
    });
    await server.listen({ host: config.host, port: config.port });
    services.jobs.start();
    const { port } = server.server.address() as AddressInfo; // it listens on a port
    publicUrl = config.publicUrl ?? `http://localhost:${port}`;
    return {
      services,
      routes,
      port,
      metricsPort: metricsServer?.port,
      publicUrl,
      dataLocation: dataLocation(config),
      drain: () => {
        readiness.drain();
        void services.revocationFeed.close(); // who follows has a second to find another node
      },
      close: closing.run,
    };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

const ignore = (): void => undefined;

/** The pages for developers, loaded here alone: a gateway in production does without them. */
async function registerPages(server: HttpServer): Promise<void> {
  const { registerDocs } = await import('./rest/docs.route');
  const { registerExplorer } = await import('./rest/explorer.route');
  const { createExplorer, sandboxPath } = await import('./graphql/explorer');
  registerDocs(server);
  registerExplorer(server, createExplorer(), sandboxPath);
}

/** What forward-auth decides by. */
interface ForwardAuth {
  readonly signInUrl: string | undefined;
  readonly upstream: UpstreamGate;
}

/** The whole route table of the REST door. */
export function createRoutes(operations: readonly BoundOperation[], execute: Execute, gate: GateServices & ForwardAuth): Route[] {
  const { signInUrl, upstream } = gate;
  const forwardAuth = [...verifyRoutes(signInUrl), ...verifyGraphQLRoutes(upstream, signInUrl)];
  const routes = [...operationRoutes(operations, execute), ...gateRoutes(gate), ...forwardAuth];
  return [...routes, openApiRoute(routes)];
}

/** Secrets that the gateway makes itself lie beside the database file. */
export const dataDirectory = ({ databaseUrl }: Pick<Config, 'databaseUrl'>): string => dirname(resolve(sqliteFile(databaseUrl)));

function dataLocation({ databaseUrl }: Config): string {
  const parsed = parseDatabaseUrl(databaseUrl);
  return parsed.provider === 'sqlite' ? resolve(parsed.file) : `PostgreSQL, ${parsed.place}`;
}

async function applyMigrations({ databaseUrl }: Config, logger: Logger): Promise<void> {
  const { applied, mended } = await migrate(databaseUrl);
  if (mended.length > 0)
    logger.warn(
      { migrations: mended },
      'an earlier start was cut off in these migrations; they had been rolled back and were applied again',
    );
  if (applied.length > 0) logger.info({ migrations: applied }, 'migrations applied');
}

/** Before anybody asks: whoever logs in is looked for in today's normal form. */
async function renewNames(database: Database, logger: Logger): Promise<void> {
  const { renewed, doubles } = await patiently(() => renewStaleKeys(database));
  if (renewed > 0) logger.info({ renewed }, 'names and addresses have the normal form of this version now');
  for (const { userId, field, takenBy } of doubles)
    logger.warn(
      { userId, takenBy, field },
      'two users have one name or address in the normal form of this version: gatehouse doctor says more',
    );
}

/** How long requests in flight may take to finish, in milliseconds. */
const closeTimeoutMs = 7_000;

async function closeServer(server: HttpServer): Promise<void> {
  const timer = setTimeout(() => server.server.closeAllConnections(), closeTimeoutMs);
  await server.close();
  clearTimeout(timer);
}
