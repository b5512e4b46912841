import type { FastifyInstance } from 'fastify';
import { contentTypeFor } from './content-type';

/**
 * A GET that asks for a query by its hash is told in GraphQL's words that the gateway keeps none, with 200 as Apollo Server has it: Apollo
 * Client and urql send the document by POST then. Of a 405 they cannot tell what it means. A GET with a document in it is no such thing, and
 * none is ever executed (GraphQL over HTTP §4.2; docs/graphql-over-http.md).
 */
export function answerPersistedQueries(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.url.startsWith('/graphql?') || (request.method !== 'GET' && request.method !== 'HEAD') || !asksByHash(request.url))
      return done();
    const type = contentTypeFor(request.headers.accept) ?? 'application/json; charset=utf-8';
    const extensions = { code: 'PERSISTED_QUERY_NOT_SUPPORTED', requestId: request.id };
    reply.type(type).send(`${JSON.stringify({ errors: [{ message: 'PersistedQueryNotSupported', extensions }] })}\n`);
  });
}

function asksByHash(url: string): boolean {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?')));
  if (parameters.get('query')) return false;
  try {
    return isObject(JSON.parse(parameters.get('extensions') ?? 'null')?.persistedQuery);
  } catch {
    return false;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
