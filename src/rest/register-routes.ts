import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RequestContext } from '../context';
import { Failure } from '../errors';
import type { HttpServer } from './http.server';
import { toCamelNames, toSnakeNames } from './naming';
import type { Route } from './route';

export type ContextOf = (request: FastifyRequest) => RequestContext;

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const;

/** Serves the table: each row under its paths, and on every path 405 with `Allow` for what the table does not have. */
export function registerRoutes(server: HttpServer, routes: readonly Route[], contextOf: ContextOf): void {
  for (const route of routes) for (const path of pathsOf(route)) registerRoute(server, route, path, contextOf);
  for (const path of new Set(routes.flatMap(pathsOf))) registerRefusals(server, path, allowedMethods(routes, path));
}

/** Where a row is served, as OpenAPI writes paths. */
export const pathsOf = ({ at, path }: Route): string[] => (at === 'versioned' ? [`/v1${path}`, path] : [path]);

export const allowedMethods = (routes: readonly Route[], path: string): string[] => {
  const own = routes.filter((route) => pathsOf(route).includes(path)).map(({ method }) => method as string);
  return [...own, ...(own.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];
};

/** On `path`, everything but `allowed` is METHOD_NOT_ALLOWED, and OPTIONS says what is allowed (RFC 9110 §9.3.7, §15.5.6). */
export function registerRefusals(server: HttpServer, path: string, allowed: readonly string[]): void {
  const url = toFastifyPath(path);
  server.route({
    method: methods.filter((method) => !allowed.includes(method)),
    url,
    preParsing: async () => {
      throw new Failure('METHOD_NOT_ALLOWED', { allow: allowed }); // before a body is read
    },
    handler: () => undefined,
  });
  server.route({ method: 'OPTIONS', url, handler: (_request, reply) => reply.code(204).header('allow', allowed.join(', ')).send() });
}

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
