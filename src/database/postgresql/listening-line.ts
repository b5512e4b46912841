import { Socket } from 'node:net';
import { Client, type Notification } from 'pg';
import { readServer, type Server, type ServerRow, serverColumns } from './server';

/** The connection that listens, and does nothing else. */
export interface ListeningLine {
  /** The process that serves it. */
  readonly backendPid: number;
  readonly server: Server;
  /** Aborted when it is closed, by whomever. */
  readonly lost: AbortSignal;
  readonly close: () => void;
}

/** A line that does not open by then is given up, in milliseconds. */
const openTimeoutMs = 2_000;

/**
 * Opens it. R1 line-only-listens: once LISTEN has been answered nothing is ever sent over it. A pooler that shares connections lends one to each
 * statement, and a statement on one that happens to listen would bring notifications by chance. @throws whatever was wrong with it
 */
export async function openListeningLine(
  url: string,
  channel: string,
  onNotification: (notification: Notification) => void,
): Promise<ListeningLine> {
  const socket = new Socket();
  const client = new Client({
    connectionString: url,
    application_name: 'gatehouse notices',
    connectionTimeoutMillis: openTimeoutMs,
    query_timeout: openTimeoutMs,
    keepAlive: true,
    stream: () => socket,
  });
  const lost = new AbortController();
  const close = (): void => {
    lost.abort();
    socket.destroy(); // to say goodbye on a dead line would wait for ever
  };
  client.on('error', close);
  client.on('end', close);
  client.on('notification', onNotification);
  try {
    await client.connect();
    // Both in one query: behind any pooler the process that tells its number is the one that listens.
    const results = (await client.query(`LISTEN ${channel}; SELECT ${serverColumns}`)) as unknown as { rows: ServerRow[] }[];
    return { ...readServer(results[1]?.rows ?? []), lost: lost.signal, close };
  } catch (error) {
    close();
    throw error;
  }
}
