import { buildSchema } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/http';
import { makeServer } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Shop } from './shop';
import { shopSdl } from './shop';

/** Streams of a shop: a number every so many milliseconds, over WebSocket and SSE. */
export interface StreamShop {
  readonly url: string;
  /** Connections, with what each was opened with. */
  readonly connections: { readonly headers: Readonly<Record<string, unknown>>; readonly params: unknown }[];
  readonly running: () => number;
  /** Ends every socket of the service. */
  readonly cut: () => void;
}

/** Adds streams to a shop, which serves `subscription` operations with them. */
export function withStreams(shop: Shop): StreamShop {
  const schema = buildSchema(shopSdl);
  let running = 0;
  async function* ticks(every: number): AsyncGenerator<unknown> {
    running += 1;
    try {
      for (let tick = 0; ; tick += 1) {
        yield { ticks: tick, orderTicks: tick };
        await new Promise((resolve) => setTimeout(resolve, every));
      }
    } finally {
      running -= 1;
    }
  }
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {}))
    field.subscribe = (_root, { every = 5 }: { every?: number }) => ticks(every);
  const connections: { headers: Record<string, unknown>; params: unknown }[] = [];
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });
  const protocol = makeServer({ schema });
  shop.server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const closed = protocol.opened(
        {
          protocol: opened.protocol,
          send: (data) => new Promise((resolve) => opened.send(data, () => resolve())),
          close: (code, reason) => opened.close(code, reason),
          onMessage: (callback) =>
            opened.on('message', (data) => {
              const { type, payload } = JSON.parse(String(data));
              if (type === 'connection_init') connections.push({ headers: request.headers, params: payload });
              void callback(String(data));
            }),
        },
        { socket: opened, request },
      );
      opened.once('close', (code, reason) => void closed(code, String(reason)));
    }),
  );
  const handler = createHandler({ schema });
  shop.answer = undefined;
  const plain = shop.server.listeners('request')[0] as (request: unknown, response: unknown) => void;
  shop.server.removeAllListeners('request');
  shop.server.on('request', (request, response) => {
    if (shop.answer === undefined && /event-stream/.test(request.headers.accept ?? '')) void handler(request, response);
    else plain(request, response);
  });
  return {
    url: shop.url.replace('http', 'ws'),
    connections,
    running: () => running,
    cut: () => {
      for (const client of sockets.clients) client.terminate();
    },
  };
}
