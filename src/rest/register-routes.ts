import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RequestContext } from '../context';
import type { HttpServer } from './http.server';
import { toCamelNames, toSnakeNames } from './naming';
import type { Route } from './route';

export type ContextOf = (request: FastifyRequest) => RequestContext;

/** Serves the table: each row under its paths. */
export function registerRoutes(server: HttpServer, routes: readonly Route[], contextOf: ContextOf): void {
  for (const route of routes) for (const path of pathsOf(route)) registerRoute(server, route, path, contextOf);
}

/** Where a row is served, as OpenAPI writes paths. */
export const pathsOf = ({ at, path }: Route): string[] => (at === 'versioned' ? [`/v1${path}`, path] : [path]);

function registerRoute(server: HttpServer, route: Route, path: string, contextOf: ContextOf): void {
  const isOurs = route.at === 'versioned'; // standards have names of their own
  server.route({
    method: route.method,
    url: toFastifyPath(path),
    schema: { response: { [route.status]: answerSchema(route.answer) } }, // what the schema does not name is not sent
    handler: async (request, reply) => {
      const body = isOurs ? toCamelNames(request.body) : request.body;
      const answer = await route.run(contextOf(request), { body, parameters: request.params as Record<string, string> });
      if (route.cacheControl) reply.header('cache-control', route.cacheControl);
      return reply.code(route.status).send(isOurs ? toSnakeNames(answer) : answer);
    },
  });
}

const toFastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** As fast-json-stringify wants it: `type: [T, null]` instead of a choice between two schemas. */
function answerSchema(answer: z.ZodType): object {
  return z.toJSONSchema(answer, {
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      const [first, second] = jsonSchema.anyOf ?? [];
      if (typeof first !== 'object' || typeof second !== 'object' || second.type !== 'null' || first.$ref !== undefined) return;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, first, { type: [first.type, 'null'] });
    },
  });
}
