import type { FastifyReply, FastifyRequest } from 'fastify';
import { pagePolicy, pageStyle, stylePath } from '../account-pages/layout';
import type { LinkPages, PageAnswer } from '../account-pages/link';
import type { HttpServer } from '../http/http.server';
import type { Origins } from '../http/origins';
import { pageHeaders } from '../http/security-headers';
import type { Requester } from '../requester';

/** Forms send an `Origin` from a page with this policy; with the gateway's own `no-referrer` it would be `null`. */
const headers = {
  ...pageHeaders,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': pagePolicy,
  'referrer-policy': 'same-origin',
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
} as const;

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
  origins: Origins,
  requesterOf: (request: FastifyRequest) => Requester,
): void {
  const send = (reply: FastifyReply, { status, body }: PageAnswer): FastifyReply => reply.code(status).headers(headers).send(body);
  const isOwn = ({ headers: sent }: FastifyRequest): boolean =>
    origins.judge(sent.origin) === 'own' && [undefined, 'same-origin'].includes(sent['sec-fetch-site'] as string | undefined);

  server.get<LinkRequest>('/account/link/:token', async (request, reply) =>
    send(reply, await pages.look(request.params.token, requesterOf(request as FastifyRequest))),
  );
  server.post<LinkRequest>('/account/link/:token', { config: { bodyKind: 'form' } }, async (request, reply) => {
    const requester = requesterOf(request as FastifyRequest);
    return send(
      reply,
      isOwn(request as FastifyRequest) ? await pages.press(request.params.token, request.body, requester) : pages.foreign(requester),
    );
  });
  server.get(stylePath, async (_request, reply) =>
    reply.headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=3600' }).send(pageStyle),
  );
}
