import type { z } from 'zod';
import type { RequestContext } from '../context';
import type { Failure, FailureCode } from '../errors';
import type { DescribedHeader } from '../operations/operation';

/** One row of the route table: it drives Fastify, the statuses, the `Allow` headers and OpenAPI. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** As OpenAPI writes it, `{id}` included, and without the version. */
  readonly path: string;
  /** `versioned`: under /v1 and, as the first documents have it, without a prefix. `v1`: under /v1 alone. `root`: only as written. */
  readonly at: 'versioned' | 'v1' | 'root';
  /** `client`: a service client, by HTTP Basic. */
  readonly access: 'public' | 'session' | 'client';
  readonly status: number;
  readonly operationId: string;
  readonly summary: string;
  readonly tag: string;
  /** Request headers with a meaning of their own, and what each is for. */
  readonly headers?: Readonly<Record<string, string | DescribedHeader>>;
  /** Parameters of the query, and what each is for. */
  readonly query?: Readonly<Record<string, string | DescribedHeader>>;
  readonly body?: DescribedBody | { readonly kind: 'ignored' | 'raw' };
  /** Null: an answer without a body, or without JSON. */
  readonly answer: z.ZodType | null;
  /** Other media types, each with an example of such an answer: asked for with `Accept`, or the only one where `answer` is null. */
  readonly otherAnswers?: Readonly<Record<string, string>>;
  readonly cacheControl?: string;
  /** Of the answer's bytes; who has them already gets 304 (RFC 9110 §13.1.2). */
  readonly etag?: boolean;
  /** When the answer is a redirect (302) instead. */
  readonly redirect?: string;
  /** Headers of the answer, and what each says. */
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly failures: readonly FailureCode[];
  /** Left out: problem details (RFC 9457). */
  readonly failureShape?: FailureShape;
  /** What it gives is the answer, or a {@link Reply}; either may be an {@link Answer} with effects. */
  readonly run: (context: RequestContext, request: RestRequest) => Promise<unknown>;
}

/** How a failure is told to clients of another protocol. */
export interface FailureShape {
  readonly mediaType: string;
  /** Of the body, for the document. */
  readonly schema: z.ZodType;
  /** `accept`: the request's header. */
  readonly render: (failure: Failure, requestId: string, accept: string | undefined) => RenderedFailure;
}

export interface RenderedFailure {
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: object;
}

export interface DescribedBody {
  /** JSON when left out. */
  readonly kind?: 'json' | 'form';
  /** The service's own input schema, for the document; the service applies it. */
  readonly schema: z.ZodType;
  readonly required: boolean;
  readonly example: Readonly<Record<string, unknown>>;
}

export const isDescribed = (body: Route['body']): body is DescribedBody => body !== undefined && 'schema' in body;

/** An answer whose status or headers the request decides. */
export class Reply {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>>,
    readonly body?: unknown,
  ) {}
}

export interface RestRequest {
  /** HEAD where the route says GET. */
  readonly method: string;
  /** In the house's names. Undefined where no body was sent. */
  readonly body: unknown;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it was sent, without the question mark. */
  readonly query: string;
}
