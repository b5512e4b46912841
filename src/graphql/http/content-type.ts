import Negotiator from 'negotiator';

/** Carries the code's status (GraphQL over HTTP §6.4.2). */
export const responseJson = 'application/graphql-response+json; charset=utf-8';
/** Has 200 once the operation ran (§6.4.1). */
const json = 'application/json; charset=utf-8';

/** What an answer is written as, by the request's `Accept`; null where that allows neither. Without one it is JSON (§4.1). */
export function contentTypeFor(accept: string | undefined): string | null {
  if (!accept) return json;
  const known = negotiated.get(accept);
  if (known !== undefined) return known;
  const type = new Negotiator({ headers: { accept } }).mediaType([json, responseJson]) ?? null;
  if (negotiated.size < maxNegotiated && accept.length <= maxRememberedLength) negotiated.set(accept, type);
  return type;
}

/** Clients send one of a few values, which need not be parsed each time; who sends others fills no memory with them. */
const negotiated = new Map<string, string | null>();
const maxNegotiated = 100;
const maxRememberedLength = 256;
