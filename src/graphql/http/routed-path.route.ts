import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../../context';
import type { Effects } from '../../effects';
import type { Failure } from '../../errors';
import { isFormOfFiles, type WrittenBody } from '../../http/body-parsers';
import { applyEffects } from '../../http/effect-headers';
import { type HttpServer, noteForLog, toldFailure } from '../../http/http.server';
import { problemHeaders } from '../../http/problem';
import type { ContextOf } from '../../http/requester-of';
import type { TellHidden } from '../../log';
import { asBadRequest, sendGraphQLFailure } from './graphql.route';

/** What the route needs of a path whose operations go to a service behind, or to one and to us. */
export interface RoutedPath {
  readonly path: string;
  readonly maxBodyBytes: number;
  /** Left out where no form of files is taken. @throws {Failure} */
  readonly admitForm?: ((headers: FastifyRequest['headers']) => void) | undefined;
  readonly answer: (request: {
    readonly headers: FastifyRequest['headers'];
    readonly body: WrittenBody | undefined;
    readonly form?: Readable | undefined;
    readonly origin: { readonly requestId: string; readonly address: string | null; readonly scheme: string; readonly host: string };
    readonly context: RequestContext;
    readonly onGone: (listener: () => void) => void;
    readonly note: (line: Readonly<Record<string, string | number>>) => void;
  }) => Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body: unknown;
    readonly failure?: Failure | undefined;
    readonly effects?: Effects;
  }>;
}

/** Its deadlines are its own: a service behind may take longer than we do. */
export function registerRoutedPath(
  server: HttpServer,
  { path, maxBodyBytes, admitForm, answer }: RoutedPath,
  contextOf: ContextOf,
  tellHidden: TellHidden,
): void {
  server.route({
    method: 'POST',
    url: path,
    bodyLimit: maxBodyBytes,
    config: { bodyKind: 'operation', takesFiles: admitForm !== undefined },
    ...(admitForm && { onRequest: async (request: FastifyRequest) => void (isFormOfFiles(request) && admitForm(request.headers)) }),
    errorHandler: (error, request, reply) => sendGraphQLFailure(asBadRequest(toldFailure(error, request, tellHidden)), request, reply),
    handler: async (request, reply) => {
      const context = contextOf(request);
      const answered = await answer({
        headers: request.headers,
        ...bodyOf(request),
        origin: { requestId: request.id, address: context.requester.ipAddress, scheme: request.protocol, host: request.host },
        context,
        onGone: (listener) => whenGone(reply, listener),
        note: (line) => noteForLog(request, line),
      });
      const { status, headers, body, failure, effects = {} } = answered;
      applyEffects(effects, reply);
      return reply
        .code(status)
        .headers({ ...headers, ...(failure && problemHeaders(failure)) })
        .send(body);
    },
  });
}

/** What the parsers make of this kind. */
const bodyOf = ({ body }: FastifyRequest) =>
  body instanceof Readable ? { body: undefined, form: body } : { body: body as WrittenBody | undefined };

/** The connection closed before the answer was out. */
function whenGone({ raw }: FastifyReply, listener: () => void): void {
  raw.once('close', () => {
    if (!raw.writableFinished) listener();
  });
}
