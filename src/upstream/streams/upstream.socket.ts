import type { WebSocket as Socket } from 'ws';
import { messageWith, readMessage, subprotocol } from './protocol';

/** A socket to the service, for one client's socket and one identity. */
export interface UpstreamSocket {
  /** Begins an operation, with the body of `subscribe` in JSON: once the service has greeted. */
  readonly subscribe: (id: string, body: string) => void;
  /** Ends it; what was not sent yet never is. */
  readonly complete: (id: string) => void;
  readonly close: () => void;
}

export interface UpstreamSocketEvents {
  /** `next`, `error` or `complete` of the service. */
  readonly onMessage: (message: { readonly id: string; readonly type: string; readonly text: string }) => void;
  /** It is gone, or has never been there. */
  readonly onGone: (wasThere: boolean) => void;
}

export interface UpstreamSocketSettings {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of `connection_init`: servers read this or the headers. */
  readonly payload: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxMessageBytes: number;
}

const known = new Set(['next', 'error', 'complete']);
/** Of what waits to be read by the service, in bytes: as much as a client may have running. */
const maxUnsent = 10 * 1024 * 1024;

/** Opens it. Its pings are answered here, and never passed on. */
export function openUpstreamSocket(
  WebSocket: typeof Socket,
  settings: UpstreamSocketSettings,
  events: UpstreamSocketEvents,
): UpstreamSocket {
  const { url, headers, payload, timeoutMs, maxMessageBytes } = settings;
  const socket = new WebSocket(url, subprotocol, {
    headers,
    handshakeTimeout: timeoutMs,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
  });
  let isReady = false;
  let isOver = false;
  const waiting = new Map<string, string>();
  const timer = setTimeout(() => socket.terminate(), timeoutMs);
  const over = (): void => {
    clearTimeout(timer);
    if (isOver) return;
    isOver = true;
    events.onGone(isReady);
  };
  const send = (message: string): void => {
    if (socket.bufferedAmount > maxUnsent) socket.terminate();
    else socket.send(message);
  };
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  socket.on('error', over);
  socket.on('close', over);
  socket.on('message', (data) => {
    const message = readMessage(String(data));
    if (message === null) return socket.terminate();
    if (message.type === 'ping') return socket.send('{"type":"pong"}');
    if (message.type === 'connection_ack' && !isReady) {
      clearTimeout(timer);
      isReady = true;
      for (const each of waiting.values()) socket.send(each);
      waiting.clear();
    } else if (message.id !== undefined && known.has(message.type))
      events.onMessage({ id: message.id, type: message.type, text: message.text });
  });
  return {
    subscribe: (id, body) => {
      const message = messageWith(id, 'subscribe', body);
      if (isReady) send(message);
      else waiting.set(id, message);
    },
    complete: (id) => {
      if (!waiting.delete(id)) send(messageWith(id, 'complete'));
    },
    close: () => {
      isOver = true;
      clearTimeout(timer);
      socket.close(1000);
      setTimeout(() => socket.terminate(), timeoutMs).unref();
    },
  };
}
