import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CreateContext, RequestContext } from '../../context';
import { Failure, unavailable } from '../../errors';
import type { HttpServer } from '../../http/http.server';
import type { Origins } from '../../http/origins';
import type { RequesterOf } from '../../http/requester-of';
import type { Requester } from '../../requester';

/** What a request to upgrade needs of those that serve sockets. */
export interface UpgradeTarget {
  readonly serves: (path: string) => boolean;
  readonly mayOpen: (path: string) => boolean;
  readonly open: (
    path: string,
    request: {
      readonly raw: IncomingMessage;
      readonly socket: Duplex;
      readonly head: Buffer;
      readonly origin: { readonly requestId: string; readonly address: string | null; readonly scheme: string; readonly host: string };
      readonly requester: Requester;
      readonly createContext: (requester: Requester, authorization: string | undefined) => RequestContext;
    },
  ) => void;
  readonly close: () => void;
}

const upgrade = Symbol('upgrade');
type Upgrading = IncomingMessage & { [upgrade]?: { readonly socket: Duplex; readonly head: Buffer } };

/**
 * Requests to upgrade go the way of every request: the same refusals of Host and of doubled headers, the same log line. What is no socket of
 * a path that has them is answered as if nothing had been asked, as RFC 9110 §7.8 lets a server do.
 */
export function acceptUpgrades(
  server: HttpServer,
  target: UpgradeTarget,
  requesterOf: RequesterOf,
  createContext: CreateContext,
  origins: Origins,
): void {
  server.server.on('upgrade', (raw: Upgrading, socket: Duplex, head: Buffer) => {
    raw[upgrade] = { socket, head };
    const response = new ServerResponse(raw);
    response.assignSocket(socket as never); // a connection of HTTP/1.1
    response.shouldKeepAlive = false;
    response.on('finish', () => socket.end());
    server.routing(raw, response);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const asked = (request.raw as Upgrading)[upgrade];
    const path = request.url.split('?', 1)[0] ?? '';
    if (asked === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket' || !target.serves(path)) return done();
    if (origins.judge(request.headers.origin) === 'foreign') return done(new Failure('FORBIDDEN'));
    if (!target.mayOpen(path)) return done(unavailable('TOO_MANY_SOCKETS'));
    const requester = requesterOf(request);
    reply.hijack();
    reply.raw.detachSocket(asked.socket as never);
    target.open(path, {
      ...{ raw: request.raw, socket: asked.socket, head: asked.head, requester },
      origin: { requestId: request.id, address: requester.ipAddress, scheme: request.protocol, host: request.host },
      createContext: (each, authorization) => createContext({ requester: each, authorization }),
    });
  });
  server.addHook('preClose', async () => target.close());
}
