import type { WebSocket as Socket } from 'ws';
import { Failure } from '../../errors';
import { readBearer, type SessionCheck } from '../../sessions/session.check';
import { isObject } from '../documents/asked';
import { type HeldMessages, holdMessages } from './held-messages';
import { type Caller, type CloseReason, closeCodes, errorMessage, type Message, readMessage } from './protocol';
import type { Membership, SessionWatch } from './session.watch';
import type { SocketOperations } from './socket.operations';

export interface ClientSocketSettings {
  readonly socket: Socket;
  /** Of the request that has opened it. */
  readonly authorization: string | undefined;
  readonly until: 'token' | 'session';
  readonly perSession: number;
  readonly check: Pick<SessionCheck, 'authenticate' | 'judge'>;
  readonly watch: SessionWatch;
  /** What runs in it, once it is known who has opened it. */
  readonly operationsFor: (current: () => Caller, send: (message: string) => void) => SocketOperations;
  readonly onClose: (reason: string) => void;
}

/** Of what waits to be read by the client, in bytes. */
const maxUnsent = 1024 * 1024;
const initWithinMs = 3_000;
const maxOperations = 100;

/** One client's socket, from its greeting to its end. Messages are taken one after the other: what comes while one is judged waits. */
export function serveClientSocket(settings: ClientSocketSettings): { readonly close: (reason: CloseReason) => void } {
  const { socket, onClose } = settings;
  let ended: string | undefined;

  const close = (reason: CloseReason): void => {
    if (ended === undefined) closeSocket(socket, reason);
    ended ??= reason;
  };
  const write = (message: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > maxUnsent) close('slow');
    else socket.send(message);
  };
  const initTimer = setTimeout(() => close('initTimeout'), initWithinMs);
  const caller: Greeted = { authorization: undefined, verdict: null, membership: null, held: undefined, operations: undefined };
  const send = (message: string): void => {
    if (caller.held?.add(message) === false) close('slow');
  };
  const init = createInit(settings, caller, { close, write, send, initTimer });
  const renew = createRenew(settings, caller, close);

  const take = async (message: Message): Promise<void> => {
    if (socket.readyState !== socket.OPEN) return; // what comes while it closes
    const { type, id, payload } = message;
    if (type === 'ping') {
      write('{"type":"pong"}');
      return renew(payload);
    }
    if (type === 'pong') return;
    if (type === 'connection_init') return init(payload);
    const { operations } = caller;
    if (operations === undefined) return close('unauthorized');
    if (type === 'complete' && id !== undefined) return operations.complete(id);
    if (type !== 'subscribe' || id === undefined || !isObject(payload)) return close('badMessage');
    if (operations.has(id)) return close('idInUse');
    if (operations.count() < maxOperations) operations.subscribe(message, id);
    else send(errorMessage(id, new Failure('RATE_LIMITED')));
  };

  const inTurn = createTurns(socket);
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : readMessage(String(data));
    if (message === null) return close('badMessage');
    inTurn(() => take(message).catch(() => close('restart'))); // what cannot be judged now is asked for again
  });
  socket.on('close', (code) => {
    clearTimeout(initTimer);
    caller.membership?.leave();
    caller.operations?.close();
    onClose(ended ?? (code === 1009 ? 'tooLarge' : 'client'));
  });
  return { close };
}

/** One after the other; nothing more is read until all that was is taken. */
function createTurns(socket: Socket): (work: () => Promise<void>) => void {
  let last = Promise.resolve();
  let waiting = 0;
  return (work) => {
    waiting += 1;
    socket.pause();
    last = last.then(work).finally(() => {
      waiting -= 1;
      if (waiting === 0) socket.resume();
    });
  };
}

/** Who has opened a socket, and what runs in it: nobody and nothing before the greeting. */
interface Greeted {
  authorization: Caller['authorization'];
  verdict: Caller['verdict'];
  membership: Membership | null;
  held: HeldMessages | undefined;
  operations: SocketOperations | undefined;
}

interface Ways {
  readonly close: (reason: CloseReason) => void;
  readonly write: (message: string) => void;
  /** Once the session was asked about. */
  readonly send: (message: string) => void;
  readonly initTimer: NodeJS.Timeout;
}

/** The greeting: it says who the socket belongs to, and is answered with an acknowledgement. */
function createInit(settings: ClientSocketSettings, caller: Greeted, { close, write, send, initTimer }: Ways) {
  const { socket, authorization, until, perSession, check, watch, operationsFor } = settings;
  return async (payload: unknown): Promise<void> => {
    if (caller.operations !== undefined) return close('tooManyInits');
    const named = authorizationOf(payload);
    if (named !== undefined && authorization !== undefined && named !== authorization) return close('badMessage');
    const given = named ?? authorization;
    const verdict = given === undefined ? null : await check.authenticate(given);
    if (socket.readyState !== socket.OPEN) return;
    const token = readBearer(given ?? '');
    if (verdict?.accepted && token !== null) {
      if (watch.socketsOf(verdict.claims.sessionId) >= perSession) return close('tooManySockets');
      caller.membership = watch.join(token, verdict.claims, until, {
        isSocket: true,
        onEnd: (end) => close(end === 'EXPIRED' ? 'expired' : 'revoked'),
        onChange: (session) => void caller.operations?.judgeAgain(session),
      });
    }
    // A credential that was refused is nobody's for as long as the socket lives, also where it would be accepted later: nothing ends with it.
    Object.assign(caller, { authorization: verdict?.accepted ? given : undefined, verdict });
    clearTimeout(initTimer);
    caller.held = holdMessages(caller.membership, write);
    caller.operations = operationsFor(() => ({ authorization: caller.authorization, verdict: caller.verdict }), send);
    write('{"type":"connection_ack"}');
  };
}

/** A new token of the same session puts the end off; one of another session ends the socket, and anything else changes nothing. */
function createRenew({ socket, check }: ClientSocketSettings, caller: Greeted, close: Ways['close']) {
  return async (payload: unknown): Promise<void> => {
    const token = isObject(payload) ? payload.accessToken : undefined;
    if (typeof token !== 'string' || caller.membership === null || !caller.verdict?.accepted) return;
    const verdict = await check.judge(token);
    if (!verdict.accepted || socket.readyState !== socket.OPEN) return;
    if (verdict.claims.sessionId !== caller.verdict.claims.sessionId) return close('otherSession');
    caller.membership.renew(token, verdict.claims);
    Object.assign(caller, { authorization: `Bearer ${token}`, verdict });
  };
}

/** With the code of the reason; who does not close as well is cut off. */
export function closeSocket(socket: Socket, reason: CloseReason): void {
  const [code, words] = closeCodes[reason];
  socket.close(code, words);
  setTimeout(() => socket.terminate(), 2_000).unref();
}

function authorizationOf(payload: unknown): string | undefined {
  if (!isObject(payload)) return undefined;
  const value = payload.authorization ?? payload.Authorization;
  return typeof value === 'string' ? value : undefined;
}
