import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';

/** A method and a path that a server answers, as OpenAPI writes paths. */
export interface Served {
  readonly method: string;
  readonly path: string;
}

/** Hears every route that is registered while `open` runs: what is really served, whatever the route table says. */
export async function listeningToRoutes<T>(open: () => Promise<T>): Promise<{ readonly result: T; readonly served: readonly Served[] }> {
  const served: Served[] = [];
  const onServer = (message: unknown): void => {
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) served.push({ method: each, path: url.replaceAll(/:(\w+)/g, '{$1}') });
    });
  };
  subscribe('fastify.initialization', onServer);
  try {
    return { result: await open(), served };
  } finally {
    unsubscribe('fastify.initialization', onServer);
  }
}
