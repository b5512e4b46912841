import type { FastifyRequest } from 'fastify';
import { Failure } from '../errors';
import { prefersHtml, varyByAccept } from '../http/accept';
import type { HttpServer } from '../http/http.server';
import { pageHeaders } from '../http/security-headers';
import { type Facts, frontPage, frontPagePolicy, linksOf } from './front-page';

/** What the route asks of the house at each request: the port and the demo user are not known before it listens. */
export interface FrontPage {
  readonly facts: () => Promise<Facts>;
}

/** `GET /` in development: a page for browsers, and JSON for whatever prefers that. In production: see below. */
export function registerFrontPage(server: HttpServer, { facts }: FrontPage): void {
  server.get('/', async (request: FastifyRequest, reply) => {
    const known = await facts();
    varyByAccept(reply);
    reply.header('cache-control', 'no-cache');
    if (!prefersHtml(request.headers.accept)) return reply.send({ name: 'gatehouse', version: known.version, links: linksOf(known) });
    return reply
      .type('text/html; charset=utf-8')
      .headers({ ...pageHeaders, 'content-security-policy': frontPagePolicy })
      .send(frontPage(known));
  });
}

/** `GET /` in production, where there are pages for people: a browser is led to them. For everybody else nothing is there. */
export function registerWayToPages(server: HttpServer, accountUrl: () => string): void {
  server.get('/', async ({ headers }: FastifyRequest, reply) => {
    varyByAccept(reply);
    if (!prefersHtml(headers.accept)) throw new Failure('NOT_FOUND');
    return reply.code(302).header('location', accountUrl()).send();
  });
}
