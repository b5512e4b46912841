import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Answered } from '../log';

export type OnAnswer = (answered: Answered) => void;

/** When a request arrived that has waited since, as `performance.now()` has it. */
const arrivedAt = Symbol('arrivedAt');
type Arrived = FastifyRequest & { [arrivedAt]?: number };

export const noteArrival = (request: Arrived, at: number): void => {
  request[arrivedAt] = at;
};

/** With one decimal. */
export const millisecondsSince = (at: number): number => Math.round((performance.now() - at) * 10) / 10;

/**
 * Tells of every answer to the requests that come to this hook. Fastify's own `onResponse` sets up its listeners before the first
 * hook, and so also for those that do not.
 */
export function onEveryAnswer(server: FastifyInstance, tell: OnAnswer): void {
  server.addHook('onRequest', (request: Arrived, reply, done) => {
    const at = request[arrivedAt] ?? performance.now();
    const once = (): void => {
      reply.raw.off('finish', once).off('error', once);
      tell({
        requestId: request.id,
        method: request.method,
        route: request.is404 ? null : (request.routeOptions.url ?? null),
        status: reply.statusCode,
        milliseconds: millisecondsSince(at),
      });
    };
    reply.raw.on('finish', once).on('error', once);
    done();
  });
}
