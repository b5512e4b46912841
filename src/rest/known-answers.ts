import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedSession, SessionCheck, Verdict } from '../sessions/session.check';
import type { AccessTokenClaims } from '../tokens/access-token';
import { millisecondsSince, noteArrival, type OnAnswer } from './answered';
import { createKeptAnswers, type KeptAnswer, keyOf } from './kept-answers';
import { timesSent } from './raw-headers';
import type { Route } from './route';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** See Route. */
    readonly ofSessionAlone?: Route['ofSessionAlone'];
  }
}

/** The services have not seen it: the operation that it stands for, and how long it took. */
export type OnKnownAnswer = (operation: string, milliseconds: number) => void;

interface Dependencies {
  readonly recallToken: SessionCheck['recallToken'];
  readonly recall: SessionCheck['recall'];
  readonly isDraining: () => boolean;
  readonly onAnswer: OnAnswer;
  readonly onKnownAnswer: OnKnownAnswer;
}

/** Its two ends. Between them come the hooks that a known answer does without. */
export interface KnownAnswers {
  /** Before every other hook, and before every route. */
  readonly addGiving: (server: FastifyInstance) => void;
  /** After every hook that has a say in an answer. */
  readonly addKeeping: (server: FastifyInstance) => void;
}

interface Waiting {
  readonly request: Recalled;
  readonly reply: FastifyReply;
  readonly path: string;
  readonly operation: string | null;
  readonly claims: AccessTokenClaims;
  readonly arrivedAt: number;
  /** What is known of the request by AsyncLocalStorage, such as its trace: the turn is another's. */
  readonly scope: AsyncResource;
  readonly pass: () => void;
}

/** The verdict on a request whose session memory had, and not its answer. */
const recalledVerdict = Symbol('recalledVerdict');
type Recalled = FastifyRequest & { [recalledVerdict]?: Accepted };
type Accepted = Extract<Verdict, { readonly accepted: true }>;

export const verdictOf = (request: Recalled): Verdict | undefined => request[recalledVerdict];

const maxUrlLength = 256;

/**
 * Gives an answer again that was given before, where the route says that it is a matter of the session alone, and the rows of
 * the session and its user are those that it was made of. Rows are remembered only as long as they are as true as a query (decisions
 * 014 and 015), and an answer hangs on its row: it is forgotten with it. Everything else, and every doubt, goes the long way (019).
 */
export function createKnownAnswers({ recallToken, recall, isDraining, onAnswer, onKnownAnswer }: Dependencies): KnownAnswers {
  const operations = new Map<string, string | null>();
  const kept = createKeptAnswers();
  let waiting: Waiting[] = [];

  /**
   * Together, after the loop has taken in whatever had arrived: no row is believed that is older than a request. The writes of the
   * answers follow each other, because a client that is awake for one need not be woken for the next.
   */
  const answerWaiting = (): void => {
    const asking = waiting;
    waiting = [];
    const begunAt = performance.now();
    const sessionOf = isDraining() ? () => null : recall();
    const judged = asking.map((one) => {
      const session = sessionOf(one.claims);
      return { one, session, known: session && isNext(one.reply) ? kept.find(session, one.request.raw) : undefined };
    });
    for (const { one, known } of judged) if (known) writeHead(known, one);
    for (const { one, known } of judged) if (known) one.reply.raw.end(known.body);
    for (const { one, known, session } of judged) one.scope.runInAsyncScope(() => (known ? tell(one, begunAt) : goOn(one, session)));
  };

  const writeHead = ({ headers, idAt }: KeptAnswer, { request, reply }: Waiting): void => {
    const own = [...headers];
    own[idAt] = request.id;
    reply.hijack();
    reply.raw.writeHead(200, own); // Node has taken these headers once
  };

  const tell = ({ request, path, operation, arrivedAt }: Waiting, begunAt: number): void => {
    const { id: requestId, raw } = request;
    onAnswer({ requestId, method: raw.method ?? '', route: path, status: 200, milliseconds: millisecondsSince(arrivedAt) });
    if (operation !== null) onKnownAnswer(operation, performance.now() - begunAt);
  };

  const goOn = ({ request, arrivedAt, pass }: Waiting, session: AuthenticatedSession | null): void => {
    noteArrival(request, arrivedAt);
    if (session !== null) request[recalledVerdict] = { accepted: true, session };
    pass();
  };

  const addGiving = (server: FastifyInstance): void => {
    server.addHook('onRoute', ({ method, url, config }) => {
      if (method === 'GET' && config?.ofSessionAlone !== undefined) operations.set(url, config.ofSessionAlone.operation);
    });
    server.addHook('onRequest', (request, reply, done) => {
      const path = pathOf(request.raw);
      const operation = operations.get(path);
      const claims = operation !== undefined && isPlain(request.raw) ? recallToken(request.raw.headers.authorization ?? '') : null;
      if (operation === undefined || claims === null) return done();
      if (waiting.length === 0) setImmediate(answerWaiting);
      const scope = new AsyncResource('KnownAnswer');
      waiting.push({ request, reply, path, operation, claims, arrivedAt: performance.now(), scope, pass: done });
    });
  };

  const addKeeping = (server: FastifyInstance): void => {
    server.addHook('onSend', (request: Recalled, reply, payload, done) => {
      const session = request[recalledVerdict]?.session;
      // Once it is out: what Node refuses to send is no answer to be given again.
      if (session !== undefined) reply.raw.once('finish', () => kept.keep(session, request.raw, reply, payload ?? ''));
      done(null, payload);
    });
  };

  return { addGiving, addKeeping };
}

const pathOf = ({ url = '' }: IncomingMessage): string => {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
};

/** Nothing about it that anything but its route could answer. */
const isPlain = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  request.httpVersion === '1.1' &&
  request.headers['content-length'] === undefined &&
  request.headers['transfer-encoding'] === undefined &&
  timesSent(request, 'authorization') === 1 &&
  timesSent(request, 'host') === 1 &&
  keyOf(request).length <= maxUrlLength;

/** Whether it goes out as soon as it is written: its client is there, and no answer before it is under way. */
const isNext = ({ raw: { socket } }: FastifyReply): boolean => socket?.writable ?? false;
