import { Failure } from '../errors';
import type { HttpServer } from '../http/http.server';
import { pageHeaders } from '../http/security-headers';
import type { Mailer } from '../mail/mailer';
import type { Message } from '../mail/message';
import { isLoopback } from '../settings/rules';
import { frontPagePolicy } from './front-page';
import { mailboxPage } from './mailbox.page';

/** As many mails are kept for the page. */
const keptMails = 50;

/**
 * `GET /mailbox` in development, where mails are files: the last mails with their codes and links, so for this machine alone. The name
 * that was asked for has to be this machine's too: a page of another site could make its own name lead here (DNS rebinding).
 */
export function registerMailbox(server: HttpServer, { onSent }: Pick<Mailer, 'onSent'>, directory: string): void {
  const messages: Message[] = [];
  onSent((message) => {
    messages.unshift(message);
    messages.length = Math.min(messages.length, keptMails);
  });
  server.get('/mailbox', async (request, reply) => {
    if (!isLoopback(request.hostname) || !isOfThisMachine(request.socket.remoteAddress)) throw new Failure('NOT_FOUND');
    return reply
      .type('text/html; charset=utf-8')
      .headers({ ...pageHeaders, 'content-security-policy': frontPagePolicy, 'cache-control': 'no-store' })
      .send(mailboxPage(messages, directory));
  });
}

const isOfThisMachine = (address: string | undefined): boolean => /^(::ffff:)?127\.|^::1$/.test(address ?? '');
