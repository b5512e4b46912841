import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What stands between the gateway and its database, and goes wrong when a test says so. */
export interface TcpProxy {
  /** The same database, through here. */
  readonly url: string;
  /** Everything passes, after `delayMs` each way. */
  readonly pass: (delayMs?: number) => void;
  /** Open connections are cut, new ones are closed at once. */
  readonly cut: () => void;
  /** Open connections stay open and nothing passes any more; new ones are accepted and meet silence. */
  readonly stall: () => void;
  /** Stalls as soon as the gateway sends a statement that has this text: in the middle of a transaction, say. */
  readonly stallAt: (text: string) => void;
  /** Connections that are open now. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
}

type Mode = 'pass' | 'cut' | 'stall';

export interface TcpProxyOptions {
  /** Only connections whose first bytes have this text meet what goes wrong: an `application_name`, say. */
  readonly only?: string;
  /** Those connections lead to this database. */
  readonly elsewhere?: string;
}

/** Listens before the server of `databaseUrl`, on loopback. */
export async function openTcpProxy(databaseUrl: string, { only, elsewhere }: TcpProxyOptions = {}): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: Mode = 'pass';
  let delayMs = 0;
  let stallText: string | undefined;

  const forward = (from: Socket, to: Socket, isStatement: boolean, isSpared: boolean): void => {
    from.on('data', (chunk: Buffer) => {
      if (isStatement && stallText !== undefined && chunk.includes(stallText)) mode = 'stall';
      const write = () => {
        if ((isSpared || mode === 'pass') && to.writable) to.write(chunk); // what comes while it stalls is lost, as on a dead line
      };
      if (delayMs === 0) write();
      else setTimeout(write, delayMs);
    });
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('error', () => {}); // it closes next
  };

  const join = (client: Socket, url: string, isSpared: boolean): void => {
    const target = new URL(url);
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [client, upstream]) sockets.add(socket);
    forward(client, upstream, true, isSpared);
    forward(upstream, client, false, isSpared);
  };

  const server = createServer((client) => {
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    if (only === undefined) join(client, databaseUrl, false);
    else
      client
        .on('error', () => {})
        .once('data', (first: Buffer) => {
          const isMeant = first.includes(only);
          join(client, isMeant && elsewhere !== undefined ? elsewhere : databaseUrl, !isMeant);
          client.emit('data', first);
        });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port); // it listens on a port

  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    pass: (delay = 0) => {
      // A stream that lost bytes cannot go on: the other end has to notice a closed line.
      if (mode === 'stall') destroyAll();
      mode = 'pass';
      delayMs = delay;
      stallText = undefined;
    },
    cut: () => {
      mode = 'cut';
      destroyAll();
    },
    stall: () => {
      mode = 'stall';
    },
    stallAt: (text) => {
      stallText = text;
    },
    connections: () => sockets.size / 2,
    close: async () => {
      destroyAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
