import Negotiator from 'negotiator';

/** Whether `Accept` puts a page before JSON (RFC 9110 §12.5.1), as browsers do that open one. Who takes anything gets JSON. */
export const prefersHtml = (accept: string | undefined): boolean =>
  accept !== undefined && new Negotiator({ headers: { accept } }).mediaType(['application/json', 'text/html']) === 'text/html';
