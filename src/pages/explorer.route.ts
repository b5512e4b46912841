import { createReadStream } from 'node:fs';
import type { FastifyReply } from 'fastify';
import { Failure } from '../errors';
import { prefersHtml, varyByAccept } from '../http/accept';
import type { HttpServer } from '../http/http.server';
import { pageHeaders } from '../http/security-headers';

/** What the routes need of the explorers. */
export interface ExplorerPage {
  readonly type: string;
  readonly content: string | { readonly file: string };
  readonly contentSecurityPolicy: string;
}

/** Serves the pages by their exact paths, each with its own content policy. Where a path answers operations too, HTML must be asked for. */
export function registerExplorer(server: HttpServer, pages: ReadonlyMap<string, ExplorerPage>, operationsPath: string): void {
  for (const [url, page] of pages)
    server.route({
      method: 'GET',
      url,
      handler: (request, reply) => {
        if (url === operationsPath) {
          varyByAccept(reply);
          if (!prefersHtml(request.headers.accept)) throw new Failure('METHOD_NOT_ALLOWED', { allow: ['POST', 'OPTIONS'] });
        }
        return sendPage(reply, page);
      },
    });
}

function sendPage(reply: FastifyReply, { type, content, contentSecurityPolicy }: ExplorerPage): FastifyReply {
  reply.type(type).headers({ ...pageHeaders, 'content-security-policy': contentSecurityPolicy, 'cache-control': 'no-cache' });
  return reply.send(typeof content === 'string' ? content : createReadStream(content.file));
}
