import type { Access } from '../../access/access';
import { requireAccess } from '../../access/access';
import type { RequestContext } from '../../context';
import { Failure } from '../../errors';
import type { AuthenticatedSession } from '../../sessions/session.check';
import { bodyOf } from '../answer/exchange';
import { askedDocument } from '../documents/asked';
import type { DocumentStore } from '../documents/store';
import { membersOf } from '../plan/json-members';
import type { Planner } from '../plan/planner';
import type { RoutedAnswer } from '../router';
import { type Caller, errorMessage, isObject, type Message } from './protocol';
import type { UpstreamSocket, UpstreamSocketEvents } from './upstream.socket';

/** What runs in one client's socket. */
export interface SocketOperations {
  readonly subscribe: (message: Message, id: string) => void;
  readonly complete: (id: string) => void;
  readonly has: (id: string) => boolean;
  readonly count: () => number;
  /** The session has changed: what it may not have any more ends, and the rest goes on. */
  readonly judgeAgain: (session: AuthenticatedSession) => Promise<void>;
  readonly close: () => void;
}

export interface OperationsSettings {
  readonly current: () => Caller;
  readonly send: (message: string) => void;
  readonly planner: Planner;
  readonly documents: DocumentStore;
  /** As the token of this moment has it. */
  readonly contextFor: (authorization: string | undefined) => RequestContext;
  /** A query or a mutation, as by POST. @throws {Failure} */
  readonly answer: (body: { text: string; value: unknown; bytes: number }, context: RequestContext) => Promise<RoutedAnswer>;
  readonly openUpstream: (
    session: AuthenticatedSession | null,
    authorization: string | undefined,
    events: UpstreamSocketEvents,
  ) => Promise<UpstreamSocket>;
  readonly onStream: (change: 1 | -1) => void;
}

/** Null while it is decided about, and for what is answered once. */
type Running = { readonly needed: readonly Access[] } | null;

export function createSocketOperations(settings: OperationsSettings): SocketOperations {
  const { current, send, planner, documents, contextFor, answer, openUpstream, onStream } = settings;
  const running = new Map<string, Running>();
  let upstream: Promise<UpstreamSocket> | undefined;

  const forget = (id: string): boolean => {
    const found = running.get(id);
    if (found) onStream(-1);
    return running.delete(id);
  };
  const fail = (id: string, failure: Failure): void => {
    if (forget(id)) send(errorMessage(id, failure));
  };

  const events: UpstreamSocketEvents = {
    onMessage: ({ id, type, text }) => {
      if (!running.get(id)) return; // ended here meanwhile
      if (type !== 'next') forget(id);
      send(text);
    },
    onGone: (wasThere) => {
      upstream = undefined; // a new one for the next operation
      for (const [id, each] of [...running]) if (each) fail(id, new Failure(wasThere ? 'UPSTREAM_FAILED' : 'UPSTREAM_UNREACHABLE'));
    },
  };

  const stream = async (id: string, planned: Planned, context: RequestContext): Promise<void> => {
    const { plan, operationName, variables } = planned;
    const [part] = plan.parts;
    if (part === undefined || plan.kind !== 'upstream') throw new Failure('BAD_REQUEST');
    const session = await requireAccess(part.needed, context.verdict, context.freshness);
    upstream ??= openUpstream(session, current().authorization, events);
    const socket = await upstream.catch((error: unknown) => {
      upstream = undefined;
      throw error;
    });
    if (!running.has(id)) return; // complete came before it was granted
    running.set(id, { needed: part.needed });
    onStream(1);
    socket.send(`{"id":${JSON.stringify(id)},"type":"subscribe","payload":${bodyOf({ plan, part, operationName, variables })}}`);
  };

  const once = async (id: string, text: string, payload: unknown, context: RequestContext): Promise<void> => {
    const { body } = await answer({ text, value: payload, bytes: Buffer.byteLength(text) }, context);
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) throw new Failure('BAD_REQUEST');
    if (!running.has(id)) return;
    const result = String(body).trim();
    const members = membersOf(result);
    running.delete(id);
    if (!members.has('data') && members.has('errors'))
      return send(`{"id":${JSON.stringify(id)},"type":"error","payload":${members.get('errors')}}`);
    send(`{"id":${JSON.stringify(id)},"type":"next","payload":${result}}`);
    send(JSON.stringify({ id, type: 'complete' }));
  };

  const run = async (message: Message, id: string): Promise<void> => {
    const text = membersOf(message.text).get('payload') ?? '{}';
    const context = contextFor(current().authorization);
    const planned = planOf(message.payload, text, planner, documents);
    if (planned?.plan.operation === 'subscription' && planned.plan.kind !== 'own') return stream(id, planned, context);
    return once(id, text, message.payload, context);
  };

  return {
    has: (id) => running.has(id),
    count: () => running.size,
    subscribe: (message, id) => {
      running.set(id, null);
      run(message, id).catch((error: unknown) => fail(id, error instanceof Failure ? error : new Failure('INTERNAL_SERVER_ERROR')));
    },
    complete: (id) => {
      const isStream = running.get(id) !== null;
      if (!forget(id) || !isStream) return;
      void upstream?.then(
        (socket) => socket.send(JSON.stringify({ id, type: 'complete' })),
        () => undefined,
      );
    },
    judgeAgain: async (session) => {
      const verdict = async () => ({ accepted: true, session }) as const;
      for (const [id, each] of [...running])
        if (each)
          await requireAccess(each.needed, verdict, freshAtItsBegin).catch((error: unknown) => {
            void upstream?.then(
              (socket) => socket.send(JSON.stringify({ id, type: 'complete' })),
              () => undefined,
            );
            fail(id, error instanceof Failure ? error : new Failure('FORBIDDEN'));
          });
    },
    close: () => {
      for (const id of [...running.keys()]) forget(id);
      void upstream?.then(
        (socket) => socket.close(),
        () => undefined,
      );
    },
  };
}

/** A subscription that has begun with a fresh session goes on when that is over. */
const freshAtItsBegin = { requireWithin: (): void => undefined };

interface Planned {
  readonly plan: ReturnType<Planner['planOf']>;
  readonly operationName: string | null;
  readonly variables: ReadonlyMap<string, string>;
}

/** Null: no document is there, and whoever answers once says so. @throws {Failure} as {@link Planner.planOf} */
function planOf(payload: unknown, text: string, planner: Planner, documents: DocumentStore): Planned | null {
  const document = askedDocument(isObject(payload) ? payload : {}, documents);
  if (document.text === null) return null;
  const values = isObject(payload) && isObject(payload.variables) ? payload.variables : {};
  const written = Object.keys(values).length === 0 ? undefined : membersOf(text).get('variables');
  planner.admitVariables(values);
  const plan = planner.planOf(document.text, document.operationName);
  if (plan.kind !== 'own') documents.requireTrusted(document, { operationName: plan.name, client: null });
  return {
    plan,
    operationName: document.operationName,
    variables: written === undefined ? new Map() : membersOf(written),
  };
}
