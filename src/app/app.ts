import type { AddressInfo } from 'node:net';
import { catalogueOf } from '../audit/event-description';
import { type Closing, createClosing } from '../closing';
import type { Config } from '../config';
import { bindOperations } from '../feature';
import { features, type House } from '../features';
import { dataLocation, openFoundation, type Surroundings } from '../foundation';
import { sdlOf } from '../graphql/schema';
import { slowRequestLimits } from '../http/slow-requests';
import { createJobsService, type JobsService } from '../jobs/jobs.service';
import { createTellHidden } from '../log';
import { createInstrument } from '../metrics/instrument';
import { createMetrics } from '../metrics/metrics';
import { openMetricsServer } from '../metrics/metrics.server';
import { countSessionChecks } from '../metrics/session-checks';
import { createExecute } from '../operations/execute';
import type { BoundOperation } from '../operations/operation';
import { isServedBy } from '../rest/register-routes';
import type { Route } from '../rest/route';
import type { TestServer } from '../test-mode/test.server';
import { createRoutes } from './routes';
import { createServedSchema, openServer } from './server';

/** Everything behind the doors: what the command line works with, too. */
export interface Services extends House {
  readonly jobs: JobsService;
  readonly close: () => Promise<void>;
}

export interface App {
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly port: number;
  /** Undefined: no metrics are kept. */
  readonly metricsPort: number | undefined;
  /** Of `/test/…`. Undefined: test mode is off. */
  readonly testPort: number | undefined;
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
 * Opens the features in order; what is open is closed again when a later one fails.
 * `publicUrl` is asked when a token is made: the port may not be known before.
 * @throws {MigrationError | SealedKeyError | PolicyError | ProvidersError}
 */
export const openServices = (config: Config, publicUrl: () => string, surroundings: Surroundings): Promise<Services> =>
  closingOnFailure(async (closing) => {
    const foundation = await openFoundation(config, publicUrl, surroundings, closing);
    const house = await features.open({ ...foundation, eventCatalogue: catalogueOf(features.list) }, closing);
    const work = features.list.flatMap((feature) => feature.jobs?.(house) ?? []);
    const jobs = closing.push(createJobsService(house, work), (open) => open.close());
    return { ...house, jobs, close: closing.run };
  });

/** The gateway, listening. @throws as {@link openServices}, and the system's errors, such as EADDRINUSE */
export const createApp = (config: Config, surroundings: Surroundings): Promise<App> =>
  closingOnFailure(async (closing) => {
    let publicUrl = config.publicUrl ?? `http://localhost:${config.port}`;
    const opened = closing.push(await openServices(config, () => publicUrl, surroundings), (open) => open.close());
    for (const feature of features.list) await feature.start?.(opened);
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : createMetrics(
            opened.hashing,
            opened.ledger.refusals,
            opened.database.notices.isConnected,
            opened.database.outages,
            opened.breached?.counts,
            opened.mailer,
          );
    const { onOutcome, onSessionCheck, onAnswer, onUnavailable } = metrics ?? nowhere;
    const services = { ...opened, sessionCheck: countSessionChecks(opened.sessionCheck, onSessionCheck) };
    const plainExecute = createExecute(createInstrument(onOutcome));
    const execute = opened.faults?.within(plainExecute) ?? plainExecute;
    const operations = bindOperations(features.list, services);
    const schema = await createServedSchema(operations, execute, services);
    const sdl = (): string | null => (showsAll ? sdlOf(merged?.schema ?? schema) : null);
    const routes = createRoutes(operations, execute, services, sdl);
    const merged = services.upstreams?.merge({ schema, isServed: isServedBy(routes) }) ?? null;
    const showsAll = merged === null ? config.introspection : services.upstreams?.showsAll === true;
    const introspects = merged === null ? config.introspection : services.upstreams?.introspects === true;
    const server = await openServer(
      { services, schema, merged, introspects, routes, operations, execute, onAnswer, onUnavailable, observe: metrics?.ofUpstreams },
      closing,
    );
    closing.push(services.revocationFeed, (open) => open.close()); // the server waits for the streams
    const metricsAt = { host: config.host, port: config.metricsPort ?? 0, ...slowRequestLimits(config) };
    const metricsServer = metrics && closing.push(await openMetricsServer(metrics, metricsAt), (open) => open.close());
    await services.database.notices.start((isConnected, reason) => {
      if (isConnected) services.logger.info('connected to the other nodes again');
      else services.logger.warn({ reason }, 'not connected to the other nodes: asks the database instead');
    });
    const testServer = config.testMode ? closing.push(await openForTests(services, operations), (open) => open.close()) : undefined;
    await server.listen({ host: config.host, port: config.port });
    services.jobs.start();
    const { port } = server.server.address() as AddressInfo; // it listens on a port
    publicUrl = config.publicUrl ?? `http://localhost:${port}`;
    return {
      services,
      routes,
      port,
      metricsPort: metricsServer?.port,
      testPort: testServer?.port,
      publicUrl,
      dataLocation: dataLocation(config),
      drain: () => {
        for (const feature of features.list) feature.drain?.(services);
      },
      close: closing.run,
    };
  });

async function openForTests(services: Services, operations: readonly BoundOperation[]): Promise<TestServer> {
  const { createTestRoutes } = await import('../test-mode/test.routes');
  const { openTestServer } = await import('../test-mode/test.server');
  const names = operations.map(({ name }) => name);
  return openTestServer(createTestRoutes({ ...services, operations: names }), services.config.testPort, createTellHidden(services.logger));
}

const ignore = (): void => undefined;
/** No metrics are kept. */
const nowhere = { onOutcome: ignore, onSessionCheck: ignore, onAnswer: ignore, onUnavailable: ignore };

async function closingOnFailure<T>(open: (closing: Closing) => Promise<T>): Promise<T> {
  const closing = createClosing();
  try {
    return await open(closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}
