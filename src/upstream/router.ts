import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { RequestContext } from '../context';
import type { Effects } from '../effects';
import type { Failure } from '../errors';
import type { Origin } from './identity/passed-headers';

/** A request to a path that the gateway serves itself. */
export interface RoutedRequest {
  readonly headers: IncomingHttpHeaders;
  /** A JSON body, and the text that it was read from; undefined for none. */
  readonly body: { readonly text: string; readonly value: unknown; readonly bytes: number } | undefined;
  /** A form in the place of JSON, of which nothing has been read. */
  readonly form?: Readable | undefined;
  readonly origin: Origin;
  readonly context: RequestContext;
  /** Calls back when nobody reads the answer any more. */
  readonly onGone: (listener: () => void) => void;
  /** Told what the log line says beside the usual. */
  readonly note: (line: RoutedLine) => void;
}

/** Of the log line of a routed request. Nothing in it is longer than a name. */
export type RoutedLine = {
  readonly kind: 'own' | 'upstream' | 'mixed' | 'cached';
  /** Letters, digits and _ alone, at most 64. */
  readonly operationName?: string;
  readonly upstreamStatus?: number;
  readonly upstreamMilliseconds?: number;
};

export interface RoutedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Buffer | Readable;
  /** Set where the status tells a failure of ours, whose own headers belong to the answer. */
  readonly failure?: Failure | undefined;
  readonly effects?: Effects;
}

/** One path that the gateway serves itself. */
export interface RoutedPath {
  readonly path: string;
  /** Of a body, in bytes. */
  readonly maxBodyBytes: number;
  /** Judges a form by its head, before it is read; left out where none is taken. @throws {Failure} */
  readonly admitForm?: ((headers: IncomingHttpHeaders) => void) | undefined;
  /** @throws {Failure} what was refused before anything ran, and what the service behind did not do */
  readonly answer: (request: RoutedRequest) => Promise<RoutedAnswer>;
}
