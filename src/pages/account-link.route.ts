import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LinkPages, PageAnswer } from '../account-pages/link';
import type { OpenPages } from '../account-pages/open-pages';
import { pagePolicy } from '../account-pages/view/document';
import { flowCookie } from '../http/effect-headers';
import type { HttpServer } from '../http/http.server';
import type { Origins } from '../http/origins';
import type { ContextOf } from '../http/requester-of';
import { accountHeaders, isOwnForm, leadToOwnHost } from './account-pages.route';

const headers = { ...accountHeaders, 'content-security-policy': pagePolicy() } as const;

interface LinkRequest {
  readonly Params: { readonly token: string };
}

/**
 * `GET` and `POST /account/link/{token}`, where the links of mails lead. GET and HEAD change nothing: scanners and mail programs open every link. The
 * button is a form, whose POST counts from this page alone.
 */
export function registerAccountPages(
  server: HttpServer,
  pages: LinkPages,
  hosted: OpenPages,
  origins: Origins,
  contextOf: ContextOf,
): void {
  const send = (reply: FastifyReply, { status, body }: PageAnswer): FastifyReply => reply.code(status).headers(headers).send(body);
  const onRequest = leadToOwnHost(hosted);

  server.get<LinkRequest>('/account/link/:token', { onRequest }, async (request, reply) =>
    send(reply, await pages.look(request.params.token, contextOf(request as FastifyRequest), hosted.readFlow(request.cookies[flowCookie]))),
  );
  server.post<LinkRequest>('/account/link/:token', { onRequest, config: { bodyKind: 'form' } }, async (request, reply) => {
    const context = contextOf(request as FastifyRequest);
    return send(
      reply,
      isOwnForm(origins, request as FastifyRequest)
        ? await pages.press(request.params.token, request.body, context)
        : pages.foreign(context.requester),
    );
  });
}
