// Gateway, section 4.6: what runs in one client's socket. The order of what happens at once is a test's to choose, so nothing is sent.
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import type { RequestContext } from '../../src/context';
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import type { TokenVerdict } from '../../src/sessions/session.check';
import type { Planner } from '../../src/upstream/plan/planner';
import type { RoutedAnswer } from '../../src/upstream/router';
import { type ClientSocketSettings, serveClientSocket } from '../../src/upstream/streams/client.socket';
import type { LinkIdentity } from '../../src/upstream/streams/service.links';
import { createSocketOperations, type SocketOperations } from '../../src/upstream/streams/socket.operations';
import { openUpstreamSocket, type UpstreamSocket } from '../../src/upstream/streams/upstream.socket';
import { until } from '../support/until';

const sessionOf = (roles: string): AuthenticatedSession =>
  ({
    row: { id: 's' },
    user: { id: 'u', roles },
    permissions: async () => ({ list: [], has: () => false }),
  }) as unknown as AuthenticatedSession;

/** What a test answers. */
class Asked<T> {
  readonly answered: Promise<T>;
  answer!: (value: T) => void;
  constructor() {
    this.answered = new Promise((resolve) => {
      this.answer = resolve;
    });
  }
}

let operations: SocketOperations;
let sent: { type: string; id: string; payload?: { extensions: { code: string } }[] }[];
let session: AuthenticatedSession;
let identities: Asked<LinkIdentity>[];
let answers: (Asked<RoutedAnswer> & { onGone: (listener: () => void) => void })[];
/** What the sockets to the service were told, each with its identity. */
let told: [string, ...string[]][];
beforeEach(() => {
  [sent, identities, answers, told] = [[], [], [], []];
  session = sessionOf('SUPPORT');
  const asked = <T, F extends object>(list: (Asked<T> & F)[], further: F): Promise<T> => {
    const each = Object.assign(new Asked<T>(), further);
    list.push(each);
    return each.answered;
  };
  const part = { owner: 'upstream', text: '', json: '""', variables: [], needed: [['SUPPORT']], fields: [] };
  const planOf = (text: string) => ({
    ...{ kind: 'upstream', operation: text, name: null, parts: [part], own: null, mayStream: true, keys: [] },
  });
  operations = createSocketOperations({
    current: () => ({ authorization: 'Bearer x', verdict: null }),
    send: (message) => void sent.push(JSON.parse(message)),
    planner: { planOf } as unknown as Planner,
    documents: { known: new Map(), takesIds: false },
    settle: () => ({ operationName: null, variables: new Map(), values: {} }),
    headers: {},
    contextFor: () => ({ verdict: async () => ({ accepted: true, session }) as TokenVerdict, freshness: {} }) as unknown as RequestContext,
    identityOf: () => asked(identities, {}),
    answer: (_body, _caller, _context, onGone) => asked(answers, { onGone }),
    onStream: () => undefined,
    tell: () => undefined,
    openUpstream: ({ key }) => ({
      subscribe: (id) => void told.push([key, 'subscribe', id]),
      complete: (id) => void told.push([key, 'complete', id]),
      close: () => void told.push([key, 'close']),
    }),
  });
});

const subscribe = (id: string, query: 'subscription' | 'query' = 'subscription'): void => {
  const message = { id, type: 'subscribe', payload: { query } };
  operations.subscribe({ ...message, text: JSON.stringify(message) }, id);
};
const identity = (key: string): LinkIdentity => ({ headers: {}, key });

describe('a stream', () => {
  it('that is decided about while a role is taken away is decided about again, and never begins', async () => {
    subscribe('1');
    await until('it is granted', () => identities.length === 1);
    session = sessionOf('');
    await operations.judgeAgain(session);
    identities[0]?.answer(identity('a'));
    await until('it is refused', () => sent.length === 1);
    expect(sent[0]).toMatchObject({ id: '1', type: 'error', payload: [{ extensions: { code: 'FORBIDDEN' } }] });
    expect(told).toEqual([]);
  });

  it('begins in the socket that was chosen for it, also where another one is chosen at the same time', async () => {
    subscribe('1');
    subscribe('2');
    await until('both are granted', () => identities.length === 2);
    identities[0]?.answer(identity('a'));
    identities[1]?.answer(identity('b'));
    await until('both run', () => told.length >= 2);
    expect(told).toEqual([
      ['a', 'subscribe', '1'],
      ['b', 'subscribe', '1'],
    ]);
  });
});

describe('what is answered once', () => {
  it('is asked no further once it is completed, and counts until it is over', async () => {
    subscribe('1', 'query');
    await until('it is asked', () => answers.length === 1);
    const gone: string[] = [];
    answers[0]?.onGone(() => void gone.push('told'));
    operations.complete('1');
    answers[0]?.onGone(() => void gone.push('told late'));
    expect(gone).toEqual(['told', 'told late']);
    expect([operations.has('1'), operations.count()]).toEqual([false, 1]);
    answers[0]?.answer({ status: 200, headers: {}, body: '{"data":{}}' });
    await until('it is over', () => operations.count() === 0);
    expect(sent).toEqual([]);
  });

  it('is no answer in parts: that is not read, and ends', async () => {
    subscribe('1', 'query');
    await until('it is asked', () => answers.length === 1);
    const body = new PassThrough();
    answers[0]?.answer({ status: 200, headers: {}, body });
    await until('it is answered', () => sent.length === 1);
    expect(body.destroyed).toBe(true);
  });
});

/** A socket of the library's, as far as ours use it. */
class Fake extends EventEmitter {
  readonly readyState = 1;
  readonly OPEN = 1;
  bufferedAmount = 0;
  isPaused = false;
  isOver = false;
  readonly out: { type: string; id?: string }[] = [];
  send(message: string): void {
    this.out.push(JSON.parse(message));
  }
  close(): void {
    this.isOver = true;
  }
  terminate(): void {
    this.isOver = true;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
}

it('a socket is not read while what came is judged', async () => {
  const verdict = new Asked<TokenVerdict>();
  const socket = new Fake();
  serveClientSocket({
    socket: socket as unknown as ClientSocketSettings['socket'],
    authorization: undefined,
    until: 'token',
    perSession: 1,
    check: { authenticate: () => verdict.answered, judge: () => verdict.answered },
    watch: { join: () => ({}) as never, socketsOf: () => 0, close: () => undefined },
    operationsFor: () => operations,
    onClose: () => undefined,
  });
  socket.emit('message', '{"type":"connection_init","payload":{"authorization":"Bearer x"}}', false);
  socket.emit('message', '{"type":"ping"}', false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.isPaused).toBe(true);
  verdict.answer({ accepted: false, reason: 'INVALID' });
  await until('it is read again', () => !socket.isPaused);
  expect(socket.out).toEqual([{ type: 'connection_ack' }, { type: 'pong' }]);
  socket.emit('close', 1000);
});

describe('a socket to the service', () => {
  let socket: Fake;
  let service: UpstreamSocket;
  beforeEach(() => {
    const settings = { url: '', headers: {}, payload: {}, timeoutMs: 1_000, maxMessageBytes: 1_000 };
    const events = { onMessage: () => undefined, onGone: () => undefined };
    const opening = function open(): Fake {
      socket = new Fake();
      return socket;
    };
    service = openUpstreamSocket(opening as unknown as typeof WebSocket, settings, events);
  });
  afterEach(() => socket.emit('close'));

  it('holds what runs until the service has greeted, and nothing of what does not run any more', () => {
    for (const id of ['1', '2', '3']) service.subscribe(id, '{}');
    service.complete('1');
    service.complete('2');
    socket.emit('message', '{"type":"connection_ack"}');
    service.complete('3');
    expect(socket.out.map(({ type, id }) => [type, id])).toEqual([
      ['subscribe', '3'],
      ['complete', '3'],
    ]);
  });

  it('ends where the service does not read', () => {
    socket.emit('message', '{"type":"connection_ack"}');
    socket.bufferedAmount = 11 * 1024 * 1024;
    service.subscribe('1', '{}');
    expect([socket.out, socket.isOver]).toEqual([[], true]);
  });
});
