import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../errors';

/**
 * What no route answers: NOT_FOUND where there is nothing, METHOD_NOT_ALLOWED with `Allow` where the path has other
 * methods, and OPTIONS, which says them (RFC 9110 §9.3.7, §15.5.6). It knows every route that is registered after this
 * call, and decides before a body is read.
 */
export function addRefusals(server: FastifyInstance): void {
  const paths = new Map<string, Path>();
  server.addHook('onRoute', ({ method, url }) => {
    const path = paths.get(url) ?? { pattern: patternOf(url), methods: [] };
    paths.set(url, { ...path, methods: [...path.methods, ...[method].flat()] });
  });
  // With callbacks, like every hook that each request passes: a promise costs a turn of the microtask queue.
  server.addHook('onRequest', (request, reply, done) => {
    if (!isUnanswered(request)) return done();
    const methods = methodsOf([...paths.values()], pathOf(request));
    if (methods.length === 0) return done(new Failure('NOT_FOUND'));
    const allow = [...new Set([...methods, 'OPTIONS'])];
    if (request.method !== 'OPTIONS') return done(new Failure('METHOD_NOT_ALLOWED', { allow }));
    reply.code(204).header('allow', allow.join(', ')).send();
  });
}

interface Path {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

const isUnanswered = ({ is404 }: FastifyRequest): boolean => is404;

const methodsOf = (paths: readonly Path[], path: string): string[] =>
  paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);

/** As the router decodes it; what it cannot decode does not come here. */
const pathOf = ({ url }: FastifyRequest): string => decodeURI(url.split('?', 1)[0] ?? '');

/** The paths of a route: `:id` is one segment, `*` is anything. The server's own `*` answers nothing. */
function patternOf(url: string): RegExp {
  if (url === '*') return /^(?!)/;
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/:\w+/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`);
}
