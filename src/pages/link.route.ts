import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MailTokenRow } from '../database/database';
import { Failure } from '../errors';
import type { HttpServer } from '../http/http.server';
import type { RequesterOf } from '../http/requester-of';
import { pageHeaders } from '../http/security-headers';
import type { Purpose } from '../mail-tokens/purposes';
import { type LinkHouse, linkActions } from './link.actions';
import { type LinkPage, linkPage, linkPagePolicy } from './link.page';

interface Dependencies extends LinkHouse {
  readonly publicUrl: () => string;
}

type LinkRequest = FastifyRequest<{ Params: { token: string }; Body: { action?: string } | null | undefined }>;

/**
 * The page that a mail's link leads to. GET shows what its buttons do and changes nothing, however often a scanner follows it; a button sends a
 * form, from this page alone. The token stands in the path, which our own log has as a pattern.
 */
export function registerLinkPage(server: HttpServer, house: Dependencies, requesterOf: RequesterOf): void {
  const url = '/account/link/:token';
  const find = async (token: string): Promise<MailTokenRow | null> => {
    const name = house.mailTokens.readLink(token);
    return name === null ? null : house.mailTokens.find(name.id, name.purpose);
  };

  server.get(url, async (request: LinkRequest, reply) => {
    const link = await find(request.params.token);
    if (link === null) return send(reply, over, 410);
    const actions = linkActions[link.purpose as Purpose]; // no other is written
    if (actions !== undefined) return send(reply, actions.page);
    const proof = await house.mailTokens.proofOf(link.id);
    return proof === null ? send(reply, over, 410) : send(reply, { ...typeIt, code: proof.code });
  });

  server.post(url, { config: { bodyKind: 'form' } }, async (request: LinkRequest, reply) => {
    if (request.headers.origin !== new URL(house.publicUrl()).origin) throw new Failure('FORBIDDEN');
    const link = await find(request.params.token);
    if (link === null) return send(reply, over, 410);
    const presses = linkActions[link.purpose as Purpose]?.presses ?? {};
    const action = request.body?.action ?? '';
    const press = Object.hasOwn(presses, action) ? presses[action] : undefined;
    if (press === undefined) throw new Failure('NOT_FOUND');
    try {
      return send(reply, await press(house, link, requesterOf(request)));
    } catch (error) {
      if (error instanceof Failure && error.code === 'INVALID_CODE') return send(reply, over, 410); // another press was faster
      throw error;
    }
  });
}

const over: LinkPage = {
  title: 'This link is over',
  lines: [
    'It was used already, or it is too old. Nothing has changed now.',
    'If you still need it, ask for a new mail where you log in, for example for a new password.',
  ],
};

const typeIt: LinkPage = {
  title: 'Your code',
  lines: ['Type this code where you were asked for it. Tell it to nobody else: whoever has it can do what the mail says.'],
};

const send = (reply: FastifyReply, page: LinkPage, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      ...pageHeaders,
      'content-security-policy': linkPagePolicy,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin', // with none, browsers send the origin of a form as null
      'x-robots-tag': 'noindex',
    })
    .send(linkPage(page));
