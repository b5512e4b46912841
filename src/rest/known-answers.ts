import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedSession, SessionCheck, Verdict } from '../sessions/session.check';
import { millisecondsSince, noteArrival, type OnAnswer } from './answered';
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
  readonly recall: SessionCheck['recall'];
  readonly isDraining: () => boolean;
  readonly onAnswer: OnAnswer;
  readonly onKnownAnswer: OnKnownAnswer;
}

/** An answer as it was sent, but for what each answer has for itself. */
interface KeptAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

interface Waiting {
  readonly request: Recalled;
  readonly reply: FastifyReply;
  readonly path: string;
  readonly operation: string | null;
  readonly arrivedAt: number;
  readonly pass: () => void;
}

/** The verdict on a request whose session memory had, and not its answer. */
const recalledVerdict = Symbol('recalledVerdict');
type Recalled = FastifyRequest & { [recalledVerdict]?: Accepted };
type Accepted = Extract<Verdict, { readonly accepted: true }>;

export const verdictOf = (request: Recalled): Verdict | undefined => request[recalledVerdict];

const maxUrlLength = 256;
/** Of one session, some 1 kB each. Who asks for more gets them the long way. */
const maxKept = 4;

/**
 * Gives an answer again that was given before, where the route says that it is a matter of the session alone, and the rows of
 * the session and its user are those that it was made of. Rows are remembered only as long as they are as true as a query (decisions
 * 014 and 015), and an answer hangs on its row: it is forgotten with it. Everything else, and every doubt, goes the long way (019).
 *
 * It has to be added before every hook that it leaves out, and sees every route that is registered after it.
 */
export function addKnownAnswers(server: FastifyInstance, { recall, isDraining, onAnswer, onKnownAnswer }: Dependencies): void {
  const operations = new Map<string, string | null>();
  const kept = new WeakMap<AuthenticatedSession, Map<string, KeptAnswer>>();
  let waiting: Waiting[] = [];

  server.addHook('onRoute', ({ method, url, config }) => {
    if (method === 'GET' && config?.ofSessionAlone !== undefined) operations.set(url, config.ofSessionAlone.operation);
  });

  /** Together, after the loop has taken in whatever had arrived: no row is believed that is older than a request. */
  const answerWaiting = (): void => {
    const asking = waiting;
    waiting = [];
    const sessionOf = recall();
    const sessions = asking.map(({ request }) => sessionOf(request.raw.headers.authorization ?? ''));
    asking.forEach((one, position) => {
      const session = sessions[position] ?? null;
      const answer = session && kept.get(session)?.get(keyOf(one.request.raw));
      if (answer) give(answer, one);
      else goOn(one, session);
    });
  };

  const goOn = ({ request, arrivedAt, pass }: Waiting, session: AuthenticatedSession | null): void => {
    noteArrival(request, arrivedAt);
    if (session !== null) request[recalledVerdict] = { accepted: true, session };
    pass();
  };

  const give = ({ headers, body }: KeptAnswer, { request, reply, path, operation, arrivedAt }: Waiting): void => {
    const { id: requestId, raw } = request;
    reply.hijack();
    reply.raw.writeHead(200, [...headers, 'x-request-id', requestId]);
    reply.raw.end(body);
    const milliseconds = millisecondsSince(arrivedAt);
    onAnswer({ requestId, method: raw.method ?? '', route: path, status: 200, milliseconds });
    if (operation !== null) onKnownAnswer(operation, milliseconds);
  };

  server.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request.raw);
    const operation = operations.get(path);
    if (operation === undefined || !isPlain(request.raw) || isDraining()) return done();
    if (waiting.length === 0) setImmediate(answerWaiting);
    waiting.push({ request, reply, path, operation, arrivedAt: performance.now(), pass: done });
  });

  server.addHook('onSend', (request: Recalled, reply, payload, done) => {
    const session = request[recalledVerdict]?.session;
    if (session !== undefined) {
      const answer = toKept(reply, payload);
      const answers = kept.get(session) ?? new Map<string, KeptAnswer>();
      if (answer !== null && answers.size < maxKept) kept.set(session, answers.set(keyOf(request.raw), answer));
    }
    done(null, payload);
  });
}

const pathOf = ({ url = '' }: IncomingMessage): string => {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
};

const keyOf = ({ url = '', headers: { origin } }: IncomingMessage): string => (origin === undefined ? url : `${origin} ${url}`);

/** Nothing about it that anything but its route could answer. */
const isPlain = (request: IncomingMessage): boolean =>
  request.method === 'GET' &&
  request.httpVersion === '1.1' &&
  request.headers['content-length'] === undefined &&
  request.headers['transfer-encoding'] === undefined &&
  timesSent(request, 'authorization') === 1 &&
  timesSent(request, 'host') === 1 &&
  keyOf(request).length <= maxUrlLength &&
  !request.socket.destroyed;

/** Headers that belong to one answer alone. */
const ownHeaders = new Set(['x-request-id', 'content-length']);

function toKept(reply: FastifyReply, payload: unknown): KeptAnswer | null {
  const body = payload ?? '';
  if (reply.statusCode !== 200 || typeof body !== 'string') return null;
  const sent = Object.entries(reply.getHeaders()).filter(([name]) => !ownHeaders.has(name));
  if (sent.some(([name, value]) => Array.isArray(value) || name === 'set-cookie' || name === 'connection')) return null;
  const headers = [...sent.flatMap(([name, value]) => [name, String(value)]), 'content-length', String(Buffer.byteLength(body))];
  return { headers, body };
}
