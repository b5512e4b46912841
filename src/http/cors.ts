import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../log';
import { createRefusedOrigins, type Origins } from './origins';

/** What every answer to an allowed page says (Fetch §3.3.3). */
const always = { 'access-control-allow-credentials': 'true' } as const;
const exposedHeaders = ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'];

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const preflightSeconds = 600;

/**
 * Lets pages of allowed origins call and read the answer. They may send any header: those of tracing, monitoring and GraphQL clients
 * change from release to release (apollo-client#4164), and what a header may do here is not a matter of its name. No other page is
 * told that it may read or send anything. `exposed`: answer headers that such a page may read beside ours. OPTIONS itself is answered as
 * for everybody, with `Allow` (not-found.ts).
 */
export function addCors(server: FastifyInstance, origins: Origins, logger: Logger, exposed: readonly string[]): void {
  const readable = { ...always, 'access-control-expose-headers': [...exposedHeaders, ...exposed].join(', ') };
  const tellRefused = createRefusedOrigins(logger);
  server.addHook('onRequest', (request, reply, done) => {
    if (origins.anyAllowed) reply.header('vary', 'Origin'); // RFC 9110 §12.5.5: whoever stores an answer keeps them apart
    const { origin } = request.headers;
    if (origin === undefined) return done();
    const judged = origins.judge(origin);
    if (judged === 'foreign') tellRefused(origin);
    if (judged === 'allowed') allow(origin, request, reply, readable);
    done();
  });
}

function allow(origin: string, { method, headers }: FastifyRequest, reply: FastifyReply, readable: Readonly<Record<string, string>>): void {
  reply.headers({ ...readable, 'access-control-allow-origin': origin });
  if (method !== 'OPTIONS') return;
  const asked = headers['access-control-request-headers'];
  reply.headers({
    vary: 'Origin, Access-Control-Request-Headers',
    'access-control-allow-methods': allowedMethods,
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-max-age': String(preflightSeconds),
  });
}
