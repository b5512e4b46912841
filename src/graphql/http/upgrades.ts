import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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
      readonly socket: Socket;
      readonly head: Buffer;
      readonly origin: { readonly requestId: string; readonly address: string | null; readonly scheme: string; readonly host: string };
      readonly requester: Requester;
      readonly createContext: (requester: Requester, authorization: string | undefined) => RequestContext;
    },
  ) => void;
  readonly close: () => void;
}

const upgrade = Symbol('upgrade');
type Upgrading = IncomingMessage & { [upgrade]?: { readonly socket: Socket; readonly head: Buffer } };

/**
 * Requests to upgrade go the way of every request: the same refusals of Host and of doubled headers, the same log line. What asks for
 * another protocol than WebSocket (Java's clients ask for h2c with every first request) is served as if it had not asked, with its body:
 * RFC 9110 §7.8 lets a server do so.
 */
export function acceptUpgrades(
  server: HttpServer,
  target: UpgradeTarget,
  requesterOf: RequesterOf,
  createContext: CreateContext,
  origins: Origins,
): void {
  server.server.on('upgrade', (raw: Upgrading, socket: Socket & { readonly _httpMessage?: object | null }, head: Buffer) => {
    if (socket._httpMessage) return socket.destroy(); // sent before the answer to the request in front of it was read: nobody does
    if (!isWebSocket(raw)) return serveWithoutUpgrade(server, raw, socket, head);
    socket.on('error', () => socket.destroy()); // Node has taken its own listener away: without one a reset would end the process
    raw[upgrade] = { socket, head };
    const response = new ServerResponse(raw);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.on('finish', () => socket.destroySoon());
    server.routing(raw, response);
  });
  server.addHook('onRequest', (request, reply, done) => {
    const asked = (request.raw as Upgrading)[upgrade];
    const path = request.url.split('?', 1)[0] ?? '';
    if (asked === undefined || !target.serves(path)) return done();
    if (origins.judge(request.headers.origin) === 'foreign') return done(new Failure('FORBIDDEN'));
    if (!target.mayOpen(path)) return done(unavailable('TOO_MANY_SOCKETS'));
    const requester = requesterOf(request);
    reply.hijack();
    reply.raw.detachSocket(asked.socket);
    target.open(path, {
      ...{ raw: request.raw, socket: asked.socket, head: asked.head, requester },
      origin: { requestId: request.id, address: requester.ipAddress, scheme: request.protocol, host: request.host },
      createContext: (each, authorization) => createContext({ requester: each, authorization }),
    });
  });
  server.addHook('preClose', async () => target.close());
}

/** The handshake has no body (RFC 6455 §4.1). */
const isWebSocket = ({ method, headers }: IncomingMessage): boolean => method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';

/** Of a connection that is to change its protocol (RFC 9110 §7.8, RFC 7540 §3.2.1). */
const ofUpgrade = new Set(['upgrade', 'http2-settings']);

/** Node reads no body behind a request to upgrade, so the connection is given to the server once more, without what asks for it. */
function serveWithoutUpgrade(
  server: HttpServer,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (ofUpgrade.has(name.toLowerCase())) continue;
    const options = value.split(',').filter((option) => !ofUpgrade.has(option.trim().toLowerCase()));
    lines.push(`${name}: ${name.toLowerCase() === 'connection' ? options.join(',') : value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.server.emit('connection', socket); // as its documentation has it
}
