import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../../errors';
import type { UploadSettings } from '../../policy/upstream.grammar';
import { badForm } from './form';

/** Apollo's names, and GraphQL Yoga's and Hot Chocolate's: no form of a page can send one, and a script of another origin is asked about. */
const preflightHeaders = ['apollo-require-preflight', 'x-apollo-operation-name', 'graphql-require-preflight'];

/**
 * Judges a form by its head, before a byte of it is read. Any page may send a form with whatever the browser keeps for us (CSRF), so one
 * comes with a bearer token, which no browser adds by itself, or with a header that has to be asked for.
 * @throws {Failure} UNSUPPORTED_MEDIA_TYPE, BAD_REQUEST, PAYLOAD_TOO_LARGE
 */
export function admitForm(headers: IncomingHttpHeaders, { maxBytes }: Pick<UploadSettings, 'maxBytes'>): void {
  if (!/^(|identity)$/i.test(headers['content-encoding'] ?? ''))
    throw new Failure('UNSUPPORTED_MEDIA_TYPE', { acceptEncoding: 'identity' });
  const isAsked = /^Bearer /i.test(headers.authorization ?? '') || preflightHeaders.some((name) => headers[name] !== undefined);
  if (!isAsked) throw badForm(`must come with an access token, or with one of the headers ${preflightHeaders.join(', ')}`);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new Failure('PAYLOAD_TOO_LARGE');
}
