import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../../context';
import type { Effects } from '../../effects';
import { Failure } from '../../errors';
import { applyEffects } from '../../http/effect-headers';
import { type HttpServer, toldFailure } from '../../http/http.server';
import { problemHeaders } from '../../http/problem';
import type { ContextOf } from '../../http/requester-of';
import type { TellHidden } from '../../log';
import { graphqlProblem } from './graphql-problem';

/** What the route needs of the GraphQL door. */
export interface GraphQLDoor {
  readonly answer: (request: { accept: string | undefined; body: unknown; context: RequestContext }) => Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly failure: Failure | undefined;
    readonly effects: Effects;
  }>;
}

/** `POST /graphql`. What fails before Apollo sees it is answered in GraphQL's shape all the same. */
export function registerGraphQL(server: HttpServer, door: GraphQLDoor, contextOf: ContextOf, tellHidden: TellHidden): void {
  server.route({
    method: 'POST',
    url: '/graphql',
    errorHandler: (error, request, reply) => sendGraphQLFailure(asBadRequest(toldFailure(error, request, tellHidden)), request, reply),
    handler: async (request, reply) => {
      const context = contextOf(request);
      const answering = door.answer({ accept: request.headers.accept, body: request.body, context });
      const { status, headers, body, failure, effects } = await context.requester.deadline.limit(answering);
      applyEffects(effects, reply);
      return reply
        .code(status)
        .headers({ ...headers, ...(failure && problemHeaders(failure)) })
        .send(body);
    },
  });
}

/** A body that is no JSON never reached an operation. */
export const asBadRequest = (failure: Failure): Failure =>
  failure.code === 'BAD_USER_INPUT' ? new Failure('BAD_REQUEST', failure.details) : failure;

/** In GraphQL's shape. */
export function sendGraphQLFailure(failure: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  applyEffects(failure.effects, reply);
  const { headers, contentType, body } = graphqlProblem.render(failure, request.id, request.headers.accept);
  return reply.code(failure.status).headers(headers).type(contentType).serializer(JSON.stringify).send(body);
}
