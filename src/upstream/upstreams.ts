import { parse, printSchema } from 'graphql';
import type { Clock } from '../clock';
import type { Config } from '../config';
import type { Database } from '../database/database';
import type { GraphQLServer } from '../graphql/graphql.server';
import type { Logger } from '../log';
import type { UpstreamCounts, UpstreamObserver } from '../metrics/upstream.metrics';
import { type InspectedPolicy, PolicyError, type ServedPath } from '../policy/policy';
import type { SessionCheck } from '../sessions/session.check';
import { createInternalTokens, type IssueInternalToken } from '../tokens/internal-token';
import type { SigningKeys } from '../tokens/signing-keys.service';
import { createAskForAll, createExchange, tellingChanges } from './answer/exchange';
import { createMixed } from './answer/mixed';
import { type AnswerCache, createAnswerCache } from './cache/answer-cache';
import { createDocumentStore, type DocumentStore } from './documents/store';
import { createHop, type Hop } from './hop/hop';
import { createIdentity } from './identity/identity';
import { createPassedHeaders } from './identity/passed-headers';
import { inspectServed, type OwnSide, ownPath, type Served, servedPaths } from './inspect';
import { observed } from './observed';
import { createPass } from './pass';
import { createPlanner, type Planner } from './plan/planner';
import { createPruner } from './refusals/pruner';
import { createRoutedPath } from './routed-path';
import type { RoutedPath } from './router';
import { createIntrospection } from './schema/introspection';
import type { MergedSchema } from './schema/merged.schema';
import { type ShownTo, showGranted } from './schema/shown.schema';
import { createSessionWatch, type SessionWatch } from './streams/session.watch';
import type { createSockets, SocketPath, Sockets } from './streams/sockets';

/** The services behind, each at a path of its own. */
export interface Upstreams {
  /**
   * Brings our own schema and the one behind `/graphql` together; null where none is there.
   * @throws {PolicyError} with every fault of the file as well
   */
  readonly merge: (own: OwnSide) => MergedSchema | null;
  /** The paths that they are served at. `door.server`: our operations over the merged schema's `own`. */
  readonly open: (
    door: OwnDoor,
    merged: MergedSchema | null,
  ) => { readonly paths: readonly RoutedPath[]; readonly sockets: Sockets | null };
  /** Clients of sockets go to another node. */
  readonly drain: () => void;
  /** Whether introspection of `/graphql` is answered. */
  readonly introspects: boolean;
  /** Whether everybody may see the whole schema of `/graphql`. */
  readonly showsAll: boolean;
  /** Headers of their answers that come back, for pages of other origins. */
  readonly answerHeaders: readonly string[];
  /** Whether one is known not to be reached. */
  readonly isDown: () => boolean;
  readonly close: () => void;
}

export interface OwnDoor {
  readonly server: Pick<GraphQLServer, 'run' | 'judge' | 'answer'>;
  readonly tell: (requestId: string, error: unknown) => void;
  /** Counts; undefined where no metrics are cache. */
  readonly observe: ((counted: UpstreamCounts) => UpstreamObserver) | undefined;
}

interface Dependencies {
  readonly config: Config;
  readonly policy: InspectedPolicy;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly logger: Logger;
  readonly sessionCheck: Pick<SessionCheck, 'authenticate' | 'judge' | 'readLive'>;
  readonly database: Pick<Database, 'notices' | 'transaction'>;
  /** Null where no path has subscriptions: its library is not loaded then. */
  readonly makeSockets: typeof createSockets | null;
}

export function createUpstreams(dependencies: Dependencies): Upstreams {
  const { config, policy, keys, clock, publicUrl, sessionCheck, database, makeSockets } = dependencies;
  const served = servedPaths(policy);
  const hops = new Map<string, Hop>(served.map(([path, own]) => [path, createHop(own.served.upstream)]));
  const issue = createInternalTokens(keys, publicUrl, clock);
  const watch = makeSockets !== null ? createSessionWatch(sessionCheck, database.notices, clock) : null;
  const cache = createAnswerCache(dependencies);
  let sockets: Sockets | null = null;
  const stores: DocumentStore[] = [];
  return {
    merge: (own) => {
      const { merged, faults } = inspectServed(policy, own, config.federation);
      if (faults.length > 0) throw new PolicyError(faults);
      return merged;
    },
    open: (door, merged) => {
      const opened = served.map((entry) =>
        openPath(entry, {
          ...{ ...dependencies, door, merged, issue, watch },
          hop: hops.get(entry[0]) as Hop,
          cache: cache.forPath(entry[0], entry[1].served),
        }),
      );
      const withSockets = opened.flatMap(({ socketPath }) => (socketPath === null ? [] : [socketPath]));
      if (watch !== null && makeSockets !== null) sockets = makeSockets(withSockets, sessionCheck, watch);
      for (const { documents } of opened) stores.push(documents);
      const untrusted = () => new Map(opened.map(({ routed, documents }) => [routed.path, documents.untrusted()]));
      const misses = () => new Map(opened.map(({ routed, planner }) => [routed.path, planner.misses()]));
      const observer = door.observe?.({ misses, untrusted, streams: sockets?.counts });
      const routed = opened.map((each) => (observer === undefined ? each.routed : observed(each.routed, observer)));
      return { paths: routed, sockets };
    },
    introspects: served.some(([path, own]) => path === ownPath && introspectionOf(own.served, config) !== 'off'),
    showsAll: served.some(([path, own]) => path === ownPath && introspectionOf(own.served, config) === 'all'),
    answerHeaders: served.flatMap(([, own]) => own.served.upstream.answerHeaders),
    isDown: () => [...hops.values()].some((hop) => hop.isDown()),
    drain: () => sockets?.drain(),
    close: () => {
      sockets?.close();
      watch?.close();
      cache.close();
      for (const each of stores) each.close();
      for (const hop of hops.values()) hop.close();
    },
  };
}

const introspectionOf = ({ introspection }: ServedPath, config: Config) => introspection ?? (config.introspection ? 'all' : 'off');

interface Opening extends Dependencies {
  readonly door: OwnDoor;
  readonly merged: MergedSchema | null;
  readonly issue: IssueInternalToken;
  readonly hop: Hop;
  readonly cache: AnswerCache;
  readonly watch: SessionWatch | null;
}

interface Opened {
  readonly routed: RoutedPath;
  readonly planner: Planner;
  readonly documents: DocumentStore;
  readonly socketPath: SocketPath | null;
}

function openPath([path, own]: Served, opening: Opening): Opened {
  const { config, clock, logger, door, merged, issue, hop, cache, watch } = opening;
  const { upstream } = own.served;
  const isOurs = path === ownPath;
  const documents = createDocumentStore(own.trustedDocuments, own.served.documents, logger);
  const identity = createIdentity(own.served, issue, clock);
  const passed = createPassedHeaders(upstream);
  const exchange = tellingChanges(createExchange({ hop, identity, passed }), cache.changed);
  const askForAll = createAskForAll({ hop, identity });
  const introspection = shownSchema(own, isOurs ? merged : null, introspectionOf(own.served, config));
  const planner = createPlanner({
    policy: own,
    own: isOurs ? (merged?.own ?? null) : null,
    introspection: introspectionOf(own.served, config) !== 'off',
    limits: config.operationLimits,
  });
  const ours = isOurs ? door.server : null;
  const prune = own.served.refused === 'field' && own.schema !== null ? createPruner(own, own.schema) : null;
  const mixed = { own: ours, introspection, exchange, prune, mask: upstream.errors === 'mask', tell: door.tell };
  const onTelling = config.production ? once(() => logger.warn({ path }, tellsOfItsInside)) : () => undefined;
  const { subscriptions, maxAnswerBytes } = upstream;
  const guard = watch === null || subscriptions === undefined ? null : { watch, maxMessageUnits: maxAnswerBytes };
  const runMixed = createMixed(mixed);
  const pass = createPass({ upstream, exchange, askForAll, cache, guard, onTelling });
  const prunes = prune !== null;
  const routed = createRoutedPath({
    path,
    documents,
    upstream,
    planner,
    own: ours,
    exchange,
    runMixed,
    pass,
    prunes,
    hasStreams: guard !== null,
  });
  const socketPath = subscriptions && { routed, planner, documents, upstream, subscriptions, identity, passed, tell: door.tell };
  return { routed, planner, documents, socketPath: socketPath ?? null };
}

function shownSchema(policy: Served[1], merged: MergedSchema | null, how: 'off' | 'all' | 'granted'): ShownTo {
  const schema = merged?.schema ?? policy.schema;
  if (how === 'granted' && schema !== null) {
    const document = merged?.document ?? parse(printSchema(schema));
    return showGranted({ document, schema, own: merged?.own ?? null, policy });
  }
  const all = createIntrospection(how === 'off' ? null : schema);
  return async () => all;
}

const tellsOfItsInside = 'errors of the service behind tell of its inside; "errors": "mask" in the policy hides that';

function once(tell: () => void): () => void {
  let isTold = false;
  return () => {
    if (!isTold) tell();
    isTold = true;
  };
}
