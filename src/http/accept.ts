import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';

/** Whether `Accept` puts a page before JSON (RFC 9110 §12.5.1), as browsers do that open one. Who takes anything gets JSON. */
export const prefersHtml = (accept: string | undefined): boolean =>
  accept !== undefined && new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']) === 'text/html';

/** Says that the answer hangs on `Accept`, beside whatever it hangs on already (RFC 9110 §12.5.5). */
export function varyByAccept(reply: FastifyReply): void {
  const present = reply.getHeader('vary');
  reply.header('vary', present === undefined ? 'Accept' : `${present}, Accept`);
}
