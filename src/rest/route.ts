import type { z } from 'zod';
import type { RequestContext } from '../context';
import type { FailureCode } from '../errors';

/** One row of the route table: it drives Fastify, the statuses, the `Allow` headers and OpenAPI. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it, `{id}` included, and without the version. */
  readonly path: string;
  /** `versioned`: under /v1 and, as the first documents have it, without a prefix. `root`: only as written. */
  readonly at: 'versioned' | 'root';
  readonly access: 'public' | 'session';
  readonly status: number;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** The service's own input schema, for the document; the service applies it. */
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean; readonly example: Readonly<Record<string, unknown>> };
  /** Request headers with a meaning of their own, and what each is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: z.ZodType;
  /** Of the answer, where it is not JSON. */
  readonly cacheControl?: string;
  readonly failures: readonly FailureCode[];
  readonly run: (context: RequestContext, request: RestRequest) => Promise<unknown>;
}

export interface RestRequest {
  /** In the house's names. Undefined where no body was sent. */
  readonly body: unknown;
  readonly parameters: Readonly<Record<string, string>>;
}
