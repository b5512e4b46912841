import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { badInput, Failure } from '../errors';
import type { Answered, Logger, TellHidden } from '../log';
import { addBodyParsers } from './body-parsers';
import { addCors } from './cors';
import { applyEffects } from './effect-headers';
import type { HttpSettings } from './http.settings';
import { refuseMalformed } from './malformed-request';
import { addRefusals } from './not-found';
import type { Origins } from './origins';
import { problemContentType, problemHeaders, toProblem } from './problem';
import { timesSent } from './raw-headers';
import { routedUrl } from './request-path';
import { securityHeaders } from './security-headers';
import { slowRequestLimits } from './slow-requests';

export type HttpServer = FastifyInstance;

const bodyLimitBytes = 100 * 1024;

/** What the server needs of what is around it. */
export interface Surroundings {
  readonly isDraining: () => boolean;
  readonly origins: Origins;
  readonly onAnswer: (answered: Answered) => void;
  readonly tellHidden: TellHidden;
  /** Adds hooks before every route. */
  readonly extend: (server: HttpServer) => void;
  /** Of answers, for pages of allowed origins to read beside ours. */
  readonly exposedHeaders: readonly string[];
}

/**
 * Fastify with what holds for every path: request ids, headers, JSON in UTF-8 alone, one exit for errors, one log
 * line a request. It does not listen yet.
 */
export async function createHttpServer(
  config: Pick<HttpSettings, 'trustProxy' | 'corsOrigins' | 'publicUrl' | 'httpHeadersSeconds' | 'httpRequestSeconds'> & {
    readonly production: boolean;
    readonly testMode: boolean;
  },
  logger: Logger,
  { isDraining, origins, onAnswer, tellHidden, extend, exposedHeaders }: Surroundings,
): Promise<HttpServer> {
  const slowRequests = slowRequestLimits(config);
  const server = Fastify({
    logger: false, // its own lines hold URLs and error messages
    trustProxy: trustedHops(config.trustProxy),
    bodyLimit: bodyLimitBytes,
    requestTimeout: slowRequests.requestTimeout ?? 0, // Fastify writes it over Node's own
    requestIdHeader: false,
    genReqId: (request) => acceptedRequestId(request.headers['x-request-id']) ?? randomUUID(),
    forceCloseConnections: 'idle',
    return503OnClosing: false, // whoever still gets in is served, and told to close: Fastify's own refusal is no problem document
    routerOptions: { maxParamLength: 16 * 1024 }, // Node allows no longer URL; what an id may be is the services' rule
    rewriteUrl: ({ url = '/' }) => routedUrl(url),
    schemaController: { compilersFactory: { buildValidator: refuseSchemas } },
    http: { ...slowRequests, requireHostHeader: false }, // the hook below asks for it, and answers like everything else here
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket, logger),
  });
  // An expectation that is not understood may be ignored (RFC 9110 §10.1.1); Node would answer 417 past every hook.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  // Node would ask for every body at once: here one is asked for once its head has been taken (RFC 9110 §10.1.1).
  server.server.on('checkContinue', (request, response) => server.server.emit('request', request, response));
  server.addHook('preParsing', (request, reply, _payload, done) => {
    if (/^100-continue$/i.test(request.headers.expect ?? '')) reply.raw.writeContinue();
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const answered = toAnswered(request, reply);
    logger.info(answered, 'request');
    onAnswer(answered);
    done();
  });
  await server.register(cookie); // before the next: whoever refuses a request, its cookies have been read
  addHeaders(server, config); // and has the headers of every answer
  addCors(server, origins, logger, exposedHeaders);
  addHooks(server);
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isDraining()) reply.header('connection', 'close'); // the client's next request goes to another node
    done(null, payload);
  });
  addBodyParsers(server);
  extend(server);
  addRefusals(server);
  server.setErrorHandler((error: FastifyError, request, reply) => sendFailure(toldFailure(error, request, tellHidden), request, reply));
  return server;
}

const noted = Symbol('noted');

/** What the log line of this request says beside the usual: of closed lists, or bounded by whoever says it. The last one of a name counts. */
export function noteForLog(request: FastifyRequest & { [noted]?: object }, line: Readonly<Record<string, string | number>>): void {
  request[noted] = { ...request[noted], ...line };
}

const toAnswered = (request: FastifyRequest & { [noted]?: object }, reply: FastifyReply): Answered => ({
  requestId: request.id,
  method: request.method,
  route: request.is404 ? null : (request.routeOptions.url ?? null),
  status: reply.statusCode,
  milliseconds: Math.round(reply.elapsedTime * 10) / 10,
  ...request[noted],
});

/** Input is the services' to judge. Without a word on it Fastify loads a validator of its own: 50 ms of every start. */
const refuseSchemas = () => () => {
  throw new Error('a route has no schema for what comes in');
};

/** A number counts proxies from here outwards: the first `hops` addresses are theirs, and the next is the client's. */
function trustedHops(setting: HttpSettings['trustProxy']): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (setting === undefined) return false;
  return typeof setting === 'number' ? (_address, hop) => hop < setting : [...setting];
}

export function sendFailure(failure: Failure, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  applyEffects(failure.effects, reply);
  return reply
    .code(failure.status)
    .headers(problemHeaders(failure))
    .type(problemContentType)
    .serializer(JSON.stringify)
    .send(toProblem(failure, request.id));
}

/** The failure to show; what it hides is told once, without a value. */
export function toldFailure(error: unknown, request: FastifyRequest, tellHidden: TellHidden): Failure {
  // The client is gone before its body was there: nobody reads the answer, and nothing is wrong with the gateway.
  const failure = request.raw.readableAborted ? new Failure('BAD_REQUEST') : toFailure(error);
  tellHidden(request.id, failure.code === 'INTERNAL_SERVER_ERROR' ? error : failure);
  return failure;
}

/** A client may name its request with what can neither split a header nor confuse a log. */
const acceptedRequestId = (header: string | string[] | undefined): string | null =>
  typeof header === 'string' && /^[A-Za-z0-9-]{1,64}$/.test(header) ? header : null;

function addHooks(server: HttpServer): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    if (timesSent(request.raw, 'authorization') > 1) return done(badInput({ path: 'authorization', message: 'must be sent once' })); // RFC 6750 §3.1
    if (request.raw.httpVersion !== '1.0' && timesSent(request.raw, 'host') !== 1) {
      reply.header('connection', 'close');
      return done(new Failure('BAD_REQUEST')); // RFC 9112 §3.2
    }
    done();
  });
}

/** The same for every answer, so they are made once. A route may write another value over one of them. */
function addHeaders(server: HttpServer, { publicUrl, testMode }: Pick<HttpSettings, 'publicUrl'> & { readonly testMode: boolean }): void {
  const headers = securityHeaders(publicUrl?.startsWith('https:') ?? false, testMode);
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** Fastify's own refusals in the words of the catalogue. */
function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Failure('PAYLOAD_TOO_LARGE');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Failure('UNSUPPORTED_MEDIA_TYPE');
  if (code?.startsWith('FST_ERR_CTP_') || (code?.startsWith('FST_') && statusCode === 400)) return new Failure('BAD_REQUEST');
  return new Failure('INTERNAL_SERVER_ERROR', {}, { cause: error });
}
