import { findGatehouseError, GatehouseError } from './gatehouse-error.js';
import { printDocument } from './print-document.js';
import type { FetchFunction } from './request.js';
import type { TypedDocumentNode } from './typed-document.js';

export interface Transport {
  readonly endpoint: string;
  /** @throws {GatehouseError} the first error of the answer; and whatever `fetch` throws */
  readonly post: <Result, Variables>(document: TypedDocumentNode<Result, Variables>, variables: unknown, how?: How) => Promise<Result>;
}

interface How {
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that takes longer counts as none, in milliseconds: others may be waiting behind this request. */
const timeoutMs = 15_000;

/** GraphQL over HTTP, one operation a request. */
export function createTransport(options: {
  readonly endpoint: string;
  readonly fetch: FetchFunction;
  readonly credentials: 'omit' | 'same-origin' | 'include' | undefined;
}): Transport {
  const { endpoint, fetch, credentials } = options;
  return {
    endpoint,
    post: (document, variables = {}, { headers } = {}) =>
      withinTime(async (signal) => {
        const response = await fetch(endpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
          body: JSON.stringify({ query: printDocument(document), variables }),
          signal,
          ...(credentials && { credentials }),
        });
        return dataOf(response, (await response.json().catch(() => null)) as GraphQLAnswer | null);
      }),
  };
}

/** Ends in time, also where a `fetch` does not heed its signal. @throws {DOMException} TimeoutError */
async function withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new DOMException(`no answer within ${timeoutMs / 1000} s`, 'TimeoutError');
      controller.abort(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(controller.signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

interface GraphQLAnswer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

function dataOf<Result>({ status }: Response, answer: GraphQLAnswer | null): Result {
  const error = findGatehouseError(answer);
  if (error) throw error;
  if (answer?.data && !answer.errors) return answer.data as Result; // as the schema promises for this document
  // Not the gateway's words: a proxy before it, or something else at this address.
  if (status >= 500) throw new GatehouseError(`The gateway cannot be reached (HTTP ${status}).`, 'UNAVAILABLE');
  throw new TypeError(`This is not an answer of Gatehouse (HTTP ${status}).`);
}
