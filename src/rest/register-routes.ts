import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { toAnswer } from '../answer';
import { toCamelNames, toSnakeNames, toSnakeSchema } from '../case';
import { Failure } from '../errors';
import { varyByAccept } from '../http/accept';
import { readRaw } from '../http/body-parsers';
import { applyEffects } from '../http/effect-headers';
import { type HttpServer, sendFailure, toldFailure } from '../http/http.server';
import { timesSent } from '../http/raw-headers';
import type { ContextOf } from '../http/requester-of';
import type { TellHidden } from '../log';
import { Reply, type Route } from './route';

/** Serves the table: each row under its paths. */
export function registerRoutes(server: HttpServer, routes: readonly Route[], contextOf: ContextOf, tellHidden: TellHidden): void {
  for (const route of routes) for (const path of pathsOf(route)) registerRoute(server, route, path, contextOf, tellHidden);
}

/** Where a row is served, as OpenAPI writes paths. */
export const pathsOf = ({ at, path }: Route): string[] => prefixes[at].map((prefix) => prefix + path);

const prefixes = { versioned: ['/v1', ''], v1: ['/v1'], root: [''] } as const;

/** Whether one of these rows is at a path. */
export const isServedBy =
  (routes: readonly Route[]) =>
  (path: string): boolean =>
    routes.some((route) => pathsOf(route).includes(path));

function registerRoute(server: HttpServer, route: Route, path: string, contextOf: ContextOf, tellHidden: TellHidden): void {
  const isOurs = route.at !== 'root'; // standards have names of their own
  server.route({
    method: route.method,
    url: toFastifyPath(path),
    ...(route.body?.kind === 'ignored' && { onRequest: forgetContentType }),
    ...(route.body?.kind === 'raw' && { preHandler: readAnyBody }),
    config: { bodyKind: route.body?.kind ?? 'json' },
    schema:
      route.answer === null
        ? {}
        : { response: { [route.status]: isOurs ? toSnakeSchema(answerSchema(route.answer)) : answerSchema(route.answer) } }, // what it does not name is not sent
    errorHandler: (error, request, reply) => {
      const failure = toldFailure(error, request, tellHidden);
      if (route.failureShape === undefined) return sendFailure(failure, request, reply);
      applyEffects(failure.effects, reply);
      const { headers, contentType, body } = route.failureShape.render(failure, request.id, request.headers.accept);
      return reply.code(failure.status).headers(headers).type(contentType).serializer(JSON.stringify).send(body);
    },
    handler: async (request, reply) => {
      const body = isOurs ? toCamelNames(request.body) : request.body;
      const { method, headers, url } = request;
      const mark = url.indexOf('?');
      const query = mark < 0 ? '' : url.slice(mark + 1);
      const parameters = request.params as Record<string, string>;
      const context = contextOf(request);
      const running = route.run(context, { method, body, parameters, headers, query });
      const { value: answer, effects } = toAnswer(await context.requester.deadline.limit(running));
      applyEffects(effects, reply);
      if (route.answer && route.otherAnswers) varyByAccept(reply);
      if (route.cacheControl) reply.header('cache-control', route.cacheControl);
      if (answer instanceof Reply) return reply.code(answer.status).headers(answer.headers).send(answer.body);
      reply.code(route.status);
      if (route.etag) return sendUnlessKnown(isOurs ? toSnakeNames(answer) : answer, request, reply);
      return reply.send(isOurs ? toSnakeNames(answer) : answer);
    },
  });
}

/** So that no parser, and no limit, looks at a body that nobody reads. */
async function forgetContentType({ raw }: FastifyRequest): Promise<void> {
  delete raw.headers['content-type'];
}

/**
 * Fastify reads no body with GET, and some proxies send the one that they ask about with it. Of two content types we
 * would see the first, and the service behind maybe the last.
 */
async function readAnyBody(request: FastifyRequest): Promise<void> {
  if (timesSent(request.raw, 'content-type') > 1) throw new Failure('BAD_REQUEST');
  request.body ??= await readRaw(request.raw, request.server.initialConfig.bodyLimit);
}

function sendUnlessKnown(answer: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const bytes = reply.serialize(answer as Record<string, unknown>) as string; // the serializer of a schema gives a text
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  reply.header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(bytes);
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
