import { createHash } from 'node:crypto';
import fastJsonStringify, { type Schema } from 'fast-json-stringify';
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
  for (const route of routes) {
    const serialize = serializerOf(route);
    for (const path of pathsOf(route)) registerRoute(server, route, path, { contextOf, tellHidden, serialize });
  }
}

/** Where a row is served, as OpenAPI writes paths. */
export const pathsOf = ({ at, path }: Route): string[] => prefixes[at].map((prefix) => prefix + path);

const prefixes = { versioned: ['/v1', ''], v1: ['/v1'], root: [''] } as const;

/** Whether one of these rows is at a path. */
export const isServedBy =
  (routes: readonly Route[]) =>
  (path: string): boolean =>
    routes.some((route) => pathsOf(route).includes(path));

interface Means {
  readonly contextOf: ContextOf;
  readonly tellHidden: TellHidden;
  readonly serialize: Serialize;
}

function registerRoute(server: HttpServer, route: Route, path: string, { contextOf, tellHidden, serialize }: Means): void {
  const isOurs = namesAreOurs(route);
  server.route({
    method: route.method,
    url: toFastifyPath(path),
    ...(route.body?.kind === 'ignored' && { onRequest: forgetContentType }),
    ...(route.body?.kind === 'raw' && { preHandler: readAnyBody }),
    config: { bodyKind: route.body?.kind ?? 'json' },
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
      if (route.answer === null) return reply.send(answer);
      const text = serialize(isOurs ? toSnakeNames(answer) : answer);
      return route.etag ? sendUnlessKnown(text, request, reply) : reply.type(json).send(text);
    },
  });
}

const json = 'application/json; charset=utf-8';

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

function sendUnlessKnown(bytes: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  reply.header('etag', etag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return reply.code(304).send();
  return reply.type(json).send(bytes);
}

const toFastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Standards have names of their own. */
const namesAreOurs = ({ at }: Route): boolean => at !== 'root';

type Serialize = (answer: unknown) => string;

/** An answer as JSON: what its schema does not name is not sent. Made at the first answer: all of them would take a third of a second of every start. */
function serializerOf(route: Route): Serialize {
  let made: Serialize | undefined;
  return (answer) => {
    made ??= makeSerializer(answerSchema(route.answer as z.ZodType), namesAreOurs(route));
    return made(answer);
  };
}

const makeSerializer = (schema: object, isOurs: boolean): Serialize =>
  fastJsonStringify((isOurs ? toSnakeSchema(schema) : schema) as Schema) as Serialize;

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
