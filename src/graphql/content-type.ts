import Negotiator from 'negotiator';

/** Carries the code's status (GraphQL over HTTP §6.4.2). */
export const responseJson = 'application/graphql-response+json; charset=utf-8';
/** Has 200 once the operation ran (§6.4.1). */
const json = 'application/json; charset=utf-8';

/** What an answer is written as, by the request's `Accept`; null where that allows neither. Without one it is JSON (§4.1). */
export function contentTypeFor(accept: string | undefined): string | null {
  if (!accept) return json;
  return new Negotiator({ headers: { accept } }).mediaType([json, responseJson]) ?? null;
}
