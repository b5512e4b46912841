import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageAnswer, PageRequest } from '../account-pages/door';
import type { OpenPages } from '../account-pages/open-pages';
import { Data, Download, type Page, Redirect } from '../account-pages/page';
import { passkeyScript } from '../account-pages/passkeys/script';
import { assetsPath, permissionsOf, versionOf } from '../account-pages/view/document';
import { pageStyle } from '../account-pages/view/style';
import { toSnakeNames } from '../case';
import type { CreateContext } from '../context';
import { Failure } from '../errors';
import { applyEffects, flowCookie, forgetPageSession, keepFlow, keepPageSession, pageCookie } from '../http/effect-headers';
import { type HttpServer, toldFailure } from '../http/http.server';
import type { Origins } from '../http/origins';
import type { ContextOf, RequesterOf } from '../http/requester-of';
import { pageHeaders } from '../http/security-headers';
import type { TellHidden } from '../log';
import { writeDocument } from '../operations/paged-document';

/** Forms send an `Origin` from a page with this policy; with the gateway's own `no-referrer` it would be `null`. */
export const accountHeaders = {
  ...pageHeaders,
  'content-type': 'text/html; charset=utf-8',
  'referrer-policy': 'same-origin',
  'permissions-policy': permissionsOf(),
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
} as const;

export interface HostedPages {
  readonly pages: OpenPages;
  readonly origins: Origins;
  readonly requesterOf: RequesterOf;
  readonly createContext: CreateContext;
  readonly tellHidden: TellHidden;
}

/** The pages of people: GET shows one, POST does what its form says and then leads on (303), HEAD comes with GET. */
export function registerHostedPages(server: HttpServer, dependencies: HostedPages): void {
  const { pages } = dependencies;
  const answer = createAnswer(dependencies);
  for (const page of pages.list) {
    const url = `/account${page.path}`;
    const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
      answer.failed(page, request, reply, toldFailure(error, request, dependencies.tellHidden));
    const onRequest = leadToOwnHost(pages);
    server.get(url, { errorHandler, onRequest }, (request, reply) => answer.look(page, request as FastifyRequest, reply));
    if (page.press !== undefined)
      server.post(url, { errorHandler, onRequest, config: { bodyKind: 'form' } }, (request, reply) =>
        answer.press(page, request as FastifyRequest, reply),
      );
  }
  registerAssets(server, pages);
}

/**
 * Another name of this place has cookies and passkeys of its own: whoever comes under one is led to PUBLIC_URL's, which no request can change.
 * A proxy that writes its own name into `Host` may tell the browser's in `X-Forwarded-Host`: whoever makes that up leads nobody but themselves.
 */
export const leadToOwnHost =
  ({ isOwnHost, publicOrigin, base }: Pick<OpenPages, 'isOwnHost' | 'publicOrigin' | 'base'>) =>
  async ({ headers, url }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const forwarded = headers['x-forwarded-host'];
    if (isOwnHost(headers.host) || (typeof forwarded === 'string' && isOwnHost(forwarded))) return undefined;
    return reply.code(308).header('location', `${publicOrigin()}${base()}${url}`).send();
  };

/** A form of our own page: an `Origin` is sent with every one, and what a browser adds by itself must not say otherwise. */
export const isOwnForm = (origins: Origins, { headers }: FastifyRequest): boolean =>
  origins.judge(headers.origin) === 'own' && [undefined, 'same-origin'].includes(headers['sec-fetch-site'] as string | undefined);

/** Who asks a page: by the cookie of pages, and by nothing else that the browser or a program sends. */
export const pageContextOf =
  ({ requesterOf, createContext }: Pick<HostedPages, 'requesterOf' | 'createContext'>): ContextOf =>
  (request) =>
    createContext({
      requester: { ...requesterOf(request), isPage: true, keptRefreshToken: null },
      authorization: undefined,
      pageToken: request.cookies[pageCookie],
    });

function createAnswer({ pages, origins, requesterOf, createContext }: HostedPages) {
  const contextOf = pageContextOf({ requesterOf, createContext });
  const requestOf = (request: FastifyRequest): PageRequest => ({
    context: contextOf(request),
    query: new URLSearchParams(request.url.split('?', 2)[1] ?? ''),
    parameters: request.params as Readonly<Record<string, string>>, // the router has texts alone
    flow: pages.readFlow(request.cookies[flowCookie]),
  });
  const inTime = (asked: PageRequest, running: Promise<PageAnswer>): Promise<PageAnswer> => asked.context.requester.deadline.limit(running);
  return {
    look: async (page: Page, request: FastifyRequest, reply: FastifyReply) => {
      const asked = requestOf(request);
      return send(pages, await inTime(asked, pages.door.look(page, asked)), reply);
    },
    press: async (page: Page, request: FastifyRequest, reply: FastifyReply) => {
      const asked = requestOf(request);
      const running = isOwnForm(origins, request)
        ? pages.door.press(page, asked, request.body)
        : pages.door.refuse(page, asked, new Failure('FORBIDDEN'));
      return send(pages, await inTime(asked, running), reply);
    },
    /** What is thrown past the door: a defect, or a body that cannot be read. */
    failed: async (page: Page, request: FastifyRequest, reply: FastifyReply, failure: Failure) =>
      send(pages, await pages.door.refuse(page, requestOf(request), failure), reply),
  };
}

function send(pages: OpenPages, answer: PageAnswer, reply: FastifyReply): FastifyReply {
  const { shown, status, effects, flow, retryAfterSeconds } = answer;
  applyEffects(effects, reply);
  if (effects.page !== undefined) keepPageSession(effects.page, pages.cookieDomain, reply);
  if (shown instanceof Redirect && shown.ends) forgetPageSession(pages.cookieDomain, reply);
  if (flow !== answer.visit.flow) keepFlow(pages.writeFlow(flow), reply);
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  reply.code(status).headers(accountHeaders);
  if (shown instanceof Redirect) return reply.header('location', shown.to).send();
  if (shown instanceof Download)
    return reply
      .headers({ 'content-type': 'application/json; charset=utf-8', 'content-disposition': `attachment; filename="${shown.name}"` })
      .send(Readable.from(writeDocument(shown.document, toSnakeNames)));
  if (shown instanceof Data) return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(shown.value));
  const rendered = pages.render(answer);
  if (rendered === null) return reply.send();
  const { document, policy, permissions } = rendered;
  return reply.headers({ 'content-security-policy': policy, 'permissions-policy': permissions }).send(document);
}

/**
 * Named with their content's hash, so that a browser may keep them for a year. Where two releases run side by side, one may be asked for a file of
 * the other: what it has is kept by nobody under that name.
 */
function registerAssets(server: HttpServer, { theme }: OpenPages): void {
  const asset = (name: string, type: string, content: string): void => {
    const [version, url] = [versionOf(content), `${assetsPath}/${name}`];
    server.get<{ Querystring: { v?: string } }>(url, async ({ query }, reply) => {
      const cacheControl = query.v === version ? 'public, max-age=31536000, immutable' : 'no-store';
      return reply.headers({ 'content-type': type, 'cache-control': cacheControl }).send(content);
    });
  };
  asset('page.css', 'text/css; charset=utf-8', pageStyle);
  asset('passkeys.js', 'text/javascript; charset=utf-8', passkeyScript);
  if (theme.css !== null) asset('theme.css', 'text/css; charset=utf-8', theme.css);
  if (theme.logo !== null) asset('logo.svg', 'image/svg+xml', theme.logo);
}
