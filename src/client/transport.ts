import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { findGatehouseError, GatehouseError } from './gatehouse-error.js';
import { printDocument } from './print-document.js';
import type { FetchFunction } from './request.js';

export interface Transport {
  readonly endpoint: string;
  /** @throws {GatehouseError} the first error of the answer; and whatever `fetch` throws */
  readonly post: <Result, Variables>(document: TypedDocumentNode<Result, Variables>, variables: unknown) => Promise<Result>;
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
    post: async (document, variables = {}) => {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), timeoutMs);
      try {
        const response = await fetch(endpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
          body: JSON.stringify({ query: printDocument(document), variables }),
          signal: controller.signal,
          ...(credentials && { credentials }),
        });
        return dataOf(response, (await response.json().catch(() => null)) as GraphQLAnswer | null);
      } finally {
        clearTimeout(timer);
      }
    },
  };
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
