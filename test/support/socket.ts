import WebSocket from 'ws';
import type { House } from './house';
import { until } from './until';

/** A socket without a library, for what a library would not do. */
export interface Plain {
  readonly socket: WebSocket;
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it
  readonly messages: any[];
  readonly closed: () => number | undefined;
  readonly reason: () => string;
  readonly say: (message: object) => void;
}

export async function plainSocket(
  house: House,
  headers: Record<string, string> = {},
  protocol: string | null = 'graphql-transport-ws',
): Promise<Plain> {
  const socket = new WebSocket(`${house.url.replace('http', 'ws')}/graphql`, protocol ?? [], { headers });
  const messages: unknown[] = [];
  let closed: [number, string] | undefined;
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    closed = [code, String(reason)];
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return {
    socket,
    messages,
    closed: () => closed?.[0],
    reason: () => closed?.[1] ?? '',
    say: (message) => socket.send(JSON.stringify(message)),
  };
}

/** One that the gateway has acknowledged. */
export async function greeted(house: House, token?: string): Promise<Plain> {
  const plain = await plainSocket(house);
  plain.say({ type: 'connection_init', ...(token !== undefined && { payload: { authorization: `Bearer ${token}` } }) });
  await until('it is acknowledged', () => plain.messages.length === 1);
  expect(plain.messages.splice(0)).toEqual([{ type: 'connection_ack' }]);
  return plain;
}
