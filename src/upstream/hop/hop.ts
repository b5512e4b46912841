import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { OperationTypeNode } from 'graphql';
import { Failure, unavailable } from '../../errors';
import type { UpstreamSettings } from '../../policy/upstream.grammar';
import { createAgent } from './agent';
import { endWhereNothingMoves, readAnswer } from './answer.body';
import { createCircuit } from './circuit';

/** One request to the service behind. */
export interface Asked {
  readonly operation: OperationTypeNode;
  /** JSON, or what writes a long body and ends it; what that throws is thrown here. */
  readonly body: string | WriteBody;
  readonly headers: Readonly<Record<string, string>>;
  /** It goes on for as long as it likes: it takes none of the connections of those that are answered at once. */
  readonly isStream: boolean;
  /** Told what ends the request when nobody reads its answer any more. */
  readonly onGone: (cancel: () => void) => void;
}

/** `signal`: the body is not wanted any more. `onProgress` is called whenever a piece of it has come. */
export type WriteBody = (request: ClientRequest, signal: AbortSignal, onProgress: () => void) => Promise<void>;

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** A stream where it comes in parts: whoever takes it reads it to its end, or destroys it. */
  readonly body: Buffer | IncomingMessage;
}

export interface Hop {
  /** @throws {Failure} UPSTREAM_UNREACHABLE, UPSTREAM_FAILED, UPSTREAM_TIMEOUT, UNAVAILABLE where too many wait */
  readonly ask: (asked: Asked) => Promise<UpstreamAnswer>;
  /** Whether it could not be reached for some time. */
  readonly isDown: () => boolean;
  readonly close: () => void;
}

/** What came of one try. `unsent`: the connection was never there. `unanswered`: it closed before a byte of an answer. */
type Trouble = 'unsent' | 'unanswered' | 'late' | 'broken' | 'gone';

class HopError extends Error {
  constructor(
    readonly trouble: Trouble,
    options?: ErrorOptions,
  ) {
    super(trouble, options);
  }
}

type Settings = Pick<UpstreamSettings, 'url' | 'connections' | 'timeoutMs' | 'maxAnswerBytes'>;

export function createHop(settings: Settings): Hop {
  const { connections, timeoutMs } = settings;
  const circuit = createCircuit();
  const { attempt, close } = createAttempt(settings);
  const underWay = { answers: 0, bodies: 0 };

  /** A query is asked once more where its connection closed before any byte of an answer; a mutation never. */
  const attempts = async (asked: Asked): Promise<UpstreamAnswer> => {
    const until = performance.now() + timeoutMs;
    try {
      return await attempt(asked, timeoutMs);
    } catch (error) {
      const mayRepeat = asked.operation === 'query' && typeof asked.body === 'string';
      if (!(error instanceof HopError) || error.trouble !== 'unanswered' || !mayRepeat) throw error;
      return attempt(asked, until - performance.now());
    }
  };

  return {
    ask: async (asked) => {
      if (!circuit.mayTry()) throw unreachable();
      // Whoever sends slowly keeps others who send waiting, and nobody who asks.
      const [lane, most] = typeof asked.body === 'string' ? (['answers', connections * 2] as const) : (['bodies', connections] as const);
      if (!asked.isStream && underWay[lane] >= most) throw unavailable('UPSTREAM_QUEUE_FULL');
      underWay[lane] += 1;
      try {
        const answer = await attempts(asked);
        circuit.succeeded();
        return answer;
      } catch (error) {
        if (!(error instanceof HopError)) throw error;
        if (error.trouble === 'unsent' || error.trouble === 'late') circuit.failed();
        throw toFailure(error);
      } finally {
        underWay[lane] -= 1;
      }
    },
    isDown: circuit.isOpen,
    close,
  };
}

/** A request to the service behind, once: the time runs from its beginning, the wait for a connection included. */
function createAttempt({ url: address, connections, timeoutMs, maxAnswerBytes }: Settings) {
  const url = new URL(address);
  const agent = createAgent(url, connections);
  const streamAgent = createAgent(url, Number.POSITIVE_INFINITY);
  const target = targetOf(url);
  const begin = (url.protocol === 'https:' ? https : http).request;

  const attempt = (asked: Asked, leftMs: number): Promise<UpstreamAnswer> =>
    new Promise((resolve, reject) => {
      const isText = typeof asked.body === 'string';
      const length = isText ? { 'content-length': String(Buffer.byteLength(asked.body as string)) } : {};
      const isLong = asked.isStream || !isText;
      const request = begin({ ...target, agent: isLong ? streamAgent : agent, headers: { ...asked.headers, ...length } });
      const bodyEnds = new AbortController();
      let isConnected = false;
      let hasHead = false;
      const end = (trouble: Trouble, cause?: unknown): void => {
        clearTimeout(timer);
        reject(new HopError(trouble, { cause }));
        bodyEnds.abort();
        request.destroy();
      };
      const timer = untilLate(request, leftMs, () => end('late'));
      if (asked.operation !== 'mutation') asked.onGone(() => end('gone'));
      request.on('socket', (socket) => {
        isConnected = !socket.connecting;
        if (isConnected) return;
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          isConnected = true;
        });
      });
      request.on('error', (error) => end(hasHead ? 'broken' : isConnected ? 'unanswered' : 'unsent', error));
      request.on('response', (response) => {
        hasHead = true;
        readAnswer(response, maxAnswerBytes).then(
          (body) => {
            clearTimeout(timer);
            if (!asked.isStream && !Buffer.isBuffer(body)) endWhereNothingMoves(body, timeoutMs);
            bodyEnds.abort();
            if (!request.writableEnded) request.destroy(); // answered before all of it was read
            resolve({ status: response.statusCode ?? 502, headers: response.headers, body });
          },
          (error: unknown) => end('broken', error),
        );
      });
      if (typeof asked.body === 'string') return void request.end(asked.body);
      const progress = (): void => void timer.refresh(); // one that was cleared stays so
      asked.body(request, bodyEnds.signal, progress).then(progress, (error: unknown) => bodyEnds.signal.aborted || end('gone', error));
    });

  const close = (): void => {
    agent.destroy();
    streamAgent.destroy();
  };
  return { attempt, close };
}

const targetOf = (url: URL) => ({
  method: 'POST',
  protocol: url.protocol,
  hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
  port: url.port,
  path: `${url.pathname}${url.search}`,
});

/** While a body comes it is the client's time that passes, which the server bounds; the service's does while it is waited for. */
function untilLate(request: ClientRequest, milliseconds: number, onLate: () => void): NodeJS.Timeout {
  const isClientsTurn = (): boolean => !request.writableEnded && !request.writableNeedDrain;
  const timer = setTimeout(() => (isClientsTurn() ? timer.refresh() : onLate()), milliseconds);
  return timer;
}

const unreachable = (cause?: unknown): Failure => new Failure('UPSTREAM_UNREACHABLE', { retryAfterSeconds: 1 }, { cause });

function toFailure(error: HopError): Failure {
  if (error.cause instanceof Failure) return error.cause;
  if (error.trouble === 'unsent') return unreachable(error);
  return new Failure(error.trouble === 'late' ? 'UPSTREAM_TIMEOUT' : 'UPSTREAM_FAILED', {}, { cause: error });
}
