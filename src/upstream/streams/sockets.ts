import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import type { RequestContext } from '../../context';
import { Deadline } from '../../deadline';
import type { SubscriptionSettings, UpstreamSettings } from '../../policy/upstream.grammar';
import type { Requester } from '../../requester';
import type { SessionCheck } from '../../sessions/session.check';
import { createSettle } from '../documents/settle';
import type { DocumentStore } from '../documents/store';
import type { Identity } from '../identity/identity';
import type { createPassedHeaders, Origin } from '../identity/passed-headers';
import type { Planner } from '../plan/planner';
import type { RoutedPath } from '../router';
import { closeSocket, serveClientSocket } from './client.socket';
import { subprotocol } from './protocol';
import type { SessionWatch } from './session.watch';
import { createSocketOperations, type OperationsSettings } from './socket.operations';
import { openUpstreamSocket } from './upstream.socket';

/** One path with sockets. */
export interface SocketPath {
  readonly routed: RoutedPath;
  readonly planner: Planner;
  readonly documents: DocumentStore;
  readonly upstream: UpstreamSettings;
  readonly subscriptions: SubscriptionSettings;
  readonly identity: Identity;
  readonly passed: ReturnType<typeof createPassedHeaders>;
  /** What an answer does not tell. */
  readonly tell: (requestId: string, error: unknown) => void;
}

/** A request to upgrade, of which Host and Origin have been judged. */
export interface UpgradeRequest {
  readonly raw: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly origin: Origin;
  readonly requester: Requester;
  readonly createContext: (requester: Requester, authorization: string | undefined) => RequestContext;
}

export interface Sockets {
  readonly serves: (path: string) => boolean;
  /** Whether there is room for another one. */
  readonly mayOpen: (path: string) => boolean;
  readonly open: (path: string, request: UpgradeRequest) => void;
  /** Asks clients to connect to another node, spread over some seconds. */
  readonly drain: () => void;
  readonly close: () => void;
  readonly counts: { readonly streams: () => number; readonly ended: ReadonlyMap<string, number> };
}

const maxMessageBytes = 100 * 1024;
const pingEveryMs = 12_000;
const deadAfterMs = 30_000;
const drainOverMs = 5_000;

const protocolSettings = {
  noServer: true,
  maxPayload: maxMessageBytes,
  perMessageDeflate: false,
  handleProtocols: (offered: ReadonlySet<string>) => (offered.has(subprotocol) ? subprotocol : false),
} as const;

type Open = ReturnType<typeof serveClientSocket> & { readonly socket: WebSocket; seenAt: number };

export function createSockets(
  paths: readonly SocketPath[],
  check: Pick<SessionCheck, 'authenticate' | 'judge'>,
  watch: SessionWatch,
): Sockets {
  const byPath = new Map(paths.map((each) => [each.routed.path, { ...each, open: new Set<Open>() }]));
  const server = new WebSocketServer(protocolSettings);
  const ended = new Map<string, number>();
  let streams = 0;
  const count = (change: 1 | -1): void => {
    streams += change;
  };
  const all = (): Open[] => [...byPath.values()].flatMap(({ open }) => [...open]);

  const serve = (path: SocketPath & { readonly open: Set<Open> }, socket: WebSocket, request: UpgradeRequest): void => {
    const served = serveClientSocket({
      socket,
      authorization: request.raw.headers.authorization,
      ...{ until: path.subscriptions.until, perSession: path.subscriptions.perSession, check, watch },
      operationsFor: (current, send) => createSocketOperations({ current, send, onStream: count, ...operationsOf(path, request) }),
      onClose: (reason) => {
        path.open.delete(opened);
        ended.set(reason, (ended.get(reason) ?? 0) + 1);
      },
    });
    const opened: Open = { ...served, socket, seenAt: Date.now() };
    socket.on('pong', () => {
      opened.seenAt = Date.now();
    });
    path.open.add(opened);
  };

  const timer = setInterval(() => pingAll(all()), pingEveryMs).unref();

  return {
    serves: (path) => byPath.has(path),
    mayOpen: (path) => (byPath.get(path)?.open.size ?? 0) < (byPath.get(path)?.subscriptions.perNode ?? 0),
    open: (path, request) => {
      const found = byPath.get(path);
      if (found)
        server.handleUpgrade(request.raw, request.socket, request.head, (socket) => {
          socket.on('error', () => undefined); // a close follows; unheard, one bad frame would end the process
          if (socket.protocol === subprotocol) serve(found, socket, request);
          else closeSocket(socket, 'subprotocol');
        });
    },
    drain: () => {
      for (const each of all()) setTimeout(() => each.close('restart'), Math.random() * drainOverMs).unref();
    },
    close: () => {
      clearInterval(timer);
      for (const each of all()) {
        each.close('restart');
        setImmediate(() => each.socket.terminate());
      }
      server.close();
    },
    counts: { streams: () => streams, ended },
  };
}

/** Who has not answered for some time is gone. */
function pingAll(open: readonly Open[]): void {
  for (const { socket, seenAt } of open) {
    if (Date.now() - seenAt > deadAfterMs) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }
}

/** What an operation in a socket needs of its path and of the request that has opened the socket. */
function operationsOf(
  { routed, planner, documents, upstream, subscriptions, identity, passed, tell }: SocketPath,
  { raw, origin, requester, createContext }: UpgradeRequest,
): Omit<OperationsSettings, 'current' | 'send' | 'onStream'> {
  const plain = passed(raw.headers, origin);
  return {
    planner,
    documents,
    settle: createSettle(documents, planner),
    headers: raw.headers,
    // No cookie is read or set through a socket: what a page's own requests may, it may not.
    contextFor: ({ authorization, verdict }) => {
      const who = { ...requester, keptRefreshToken: null, canKeepTokens: false, deadline: new Deadline() };
      const context = createContext(who, authorization);
      return verdict === null || verdict.accepted ? context : { ...context, verdict: async () => verdict };
    },
    tell: (error) => tell(origin.requestId, error),
    answer: (body, { authorization }, context, onGone) =>
      routed.answer({
        headers: { ...raw.headers, authorization, accept: 'application/json' },
        body,
        origin,
        context,
        onGone,
        note: () => undefined,
      }),
    identityOf: async (session, authorization) => ({
      headers: await identity.headersFor(session, authorization),
      key: await identity.keyFor(session, authorization),
    }),
    openUpstream: ({ headers: who }, events) => {
      const url = subscriptions.url ?? upstream.url.replace(/^http/, 'ws');
      const { timeoutMs, maxAnswerBytes } = upstream;
      return openUpstreamSocket(
        WebSocket,
        { url, headers: { ...plain, ...who }, payload: who, timeoutMs, maxMessageBytes: maxAnswerBytes },
        events,
      );
    },
  };
}
