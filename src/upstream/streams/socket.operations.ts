import type { IncomingHttpHeaders } from 'node:http';
import type { Access } from '../../access/access';
import { requireAccess } from '../../access/access';
import type { RequestContext } from '../../context';
import { Failure } from '../../errors';
import type { AuthenticatedSession } from '../../proofs/proofs';
import { bodyOf } from '../answer/exchange';
import { askedDocument, isObject, type KnownDocuments } from '../documents/asked';
import type { Asked, Settle } from '../documents/settle';
import { membersOf } from '../plan/json-members';
import type { Plan } from '../plan/plan';
import type { Planner } from '../plan/planner';
import type { RoutedAnswer } from '../router';
import { requireStill } from './guarded.stream';
import { type Caller, errorMessage, type Message, messageWith } from './protocol';
import { createServiceLinks, type LinkIdentity, type ServiceLinksSettings, type ServiceStream } from './service.links';

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

export interface OperationsSettings extends ServiceLinksSettings {
  readonly current: () => Caller;
  readonly send: (message: string) => void;
  readonly planner: Pick<Planner, 'planOf'>;
  readonly documents: KnownDocuments;
  readonly settle: Settle;
  /** Of the request that has opened the socket. */
  readonly headers: IncomingHttpHeaders;
  /** As the token of this moment has it. */
  readonly contextFor: (caller: Caller) => RequestContext;
  /** Who the service is told of. @throws {Failure} UNAVAILABLE */
  readonly identityOf: (session: AuthenticatedSession | null, authorization: string | undefined) => Promise<LinkIdentity>;
  /** A query or a mutation, as by POST; `onGone` calls back when nobody wants the answer any more. @throws {Failure} */
  readonly answer: (
    body: { text: string; value: unknown; bytes: number },
    caller: Caller,
    context: RequestContext,
    onGone: (listener: () => void) => void,
  ) => Promise<RoutedAnswer>;
  readonly onStream: (change: 1 | -1) => void;
  /** What an answer does not tell. */
  readonly tell: (error: unknown) => void;
}

/** One operation: another one under the same id is another object. */
interface Run {
  readonly id: string;
  /** Aborted once its client does not want it any more. */
  readonly gone: AbortController;
  /** Null while it is decided about, and for what is answered once. */
  stream: { readonly needed: readonly Access[]; readonly service: ServiceStream } | null;
}

export function createSocketOperations(settings: OperationsSettings): SocketOperations {
  const runs = createRuns(settings);
  const { running, cancel, fail } = runs;
  const links = createServiceLinks(settings);
  const start = createStart(settings, links, runs);
  /** What is decided about or answered, for whoever has gone as well. */
  const starting = new Set<Run>();

  return {
    has: (id) => running.has(id),
    count: () => new Set([...running.values(), ...starting]).size,
    subscribe: (message, id) => {
      const run: Run = { id, gone: new AbortController(), stream: null };
      running.set(id, run);
      starting.add(run);
      start(message, run)
        .catch((error: unknown) => fail(run, error))
        .finally(() => starting.delete(run));
    },
    complete: (id) => {
      const run = running.get(id);
      if (run !== undefined) cancel(run);
    },
    judgeAgain: async (session) => {
      runs.judged += 1;
      for (const run of [...running.values()]) {
        const { stream: begun } = run;
        if (begun === null) continue;
        await requireStill(begun.needed, session).catch((error: unknown) => {
          begun.service.end();
          fail(run, error);
        });
      }
    },
    close: () => {
      for (const run of [...running.values()]) cancel(run);
      links.close();
    },
  };
}

/** What runs, by the client's ids. */
function createRuns({ send, onStream, tell }: Pick<OperationsSettings, 'send' | 'onStream' | 'tell'>) {
  const running = new Map<string, Run>();
  const isRunning = (run: Run): boolean => running.get(run.id) === run;
  /** Whether it ran still. */
  const forget = (run: Run): boolean => {
    if (!isRunning(run)) return false;
    if (run.stream) onStream(-1);
    return running.delete(run.id);
  };
  /** Its client does not want it any more. */
  const cancel = (run: Run): void => {
    forget(run);
    run.stream?.service.end();
    run.gone.abort();
  };
  const fail = (run: Run, error: unknown): void => {
    if (!(error instanceof Failure) || error.code === 'UNAVAILABLE') tell(error);
    if (forget(run)) send(errorMessage(run.id, error instanceof Failure ? error : new Failure('INTERNAL_SERVER_ERROR')));
  };

  return { running, isRunning, forget, cancel, fail, judged: 0 };
}

/** Begins an operation: a stream of the service, or one answer. */
function createStart(
  { current, send, planner, documents, settle, headers, contextFor, identityOf, answer, onStream }: OperationsSettings,
  links: ReturnType<typeof createServiceLinks>,
  runs: ReturnType<typeof createRuns>,
) {
  const { isRunning, forget, fail } = runs;

  /** Who asks, of one moment: what has changed while it was decided about is decided about again. */
  const grant = async (needed: readonly Access[]): Promise<LinkIdentity> => {
    for (;;) {
      const { judged } = runs;
      const caller = current();
      const { verdict, freshness } = contextFor(caller);
      const session = await requireAccess(needed, verdict, freshness);
      const identity = await identityOf(session, caller.authorization);
      if (judged === runs.judged) return identity;
    }
  };

  const stream = async (run: Run, plan: Plan, { operationName, variables }: Asked): Promise<void> => {
    const [part] = plan.parts;
    if (part === undefined || plan.kind !== 'upstream') throw new Failure('BAD_REQUEST');
    const identity = await grant(part.needed);
    if (!isRunning(run)) return; // complete came before it was granted
    const service = links.begin(identity, bodyOf({ plan, part, operationName, variables }), {
      onNext: (payload) => isRunning(run) && send(messageWith(run.id, 'next', payload)),
      onEnd: (type, payload) => forget(run) && send(messageWith(run.id, type, payload)),
      onGone: (failure) => fail(run, failure),
    });
    run.stream = { needed: part.needed, service };
    onStream(1);
  };

  const once = async (run: Run, text: string, payload: unknown): Promise<void> => {
    const caller = current();
    const { signal } = run.gone;
    const onGone = (listener: () => void): void =>
      signal.aborted ? listener() : signal.addEventListener('abort', listener, { once: true });
    const { body } = await answer({ text, value: payload, bytes: Buffer.byteLength(text) }, caller, contextFor(caller), onGone);
    if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
      body.destroy();
      throw new Failure('BAD_REQUEST');
    }
    if (!forget(run)) return;
    const result = String(body).trim();
    const members = membersOf(result);
    if (!members.has('data') && members.has('errors')) return send(messageWith(run.id, 'error', members.get('errors')));
    send(messageWith(run.id, 'next', result));
    send(messageWith(run.id, 'complete'));
  };

  return async ({ text: whole, payload: value }: Message, run: Run): Promise<void> => {
    const text = membersOf(whole).get('payload') ?? '{}';
    const document = askedDocument(isObject(value) ? value : {}, documents);
    const plan = document.text === null ? null : planner.planOf(document.text, document.operationName);
    if (plan === null || plan.operation !== 'subscription' || plan.kind === 'own') return once(run, text, value);
    return stream(run, plan, settle({ plan, document, written: { text, value }, request: { headers, note: () => undefined } }));
  };
}
