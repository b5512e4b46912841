import type { HttpServer } from './http.server';

/** Tells of every answer: its route's pattern, never its path. */
export function onEveryAnswer(
  server: HttpServer,
  tell: (answer: { readonly route: string; readonly method: string; readonly status: number; readonly seconds: number }) => void,
): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    // Whatever matched no route may have any method that Node reads: it is not worth a time series each.
    tell({
      route: route ?? 'none',
      method: route === undefined ? 'any' : request.method,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
}
