import type { Gatehouse } from './gatehouse.js';

/** What `createClient` of graphql-ws 6 takes of these: typed here, so that this package does not depend on it. */
export interface SocketOptions {
  readonly connectionParams: () => Promise<Record<string, unknown>>;
  readonly on: { readonly connected: (socket: unknown) => void; readonly closed: () => void };
}

/** The part of a browser's WebSocket that is used here. */
interface OpenSocket {
  readonly readyState: number;
  readonly send: (message: string) => void;
}

const isOpen = ({ readyState }: OpenSocket): boolean => readyState === 1;

/** The gateway closes a socket 30 s after its token has expired: between two looks there is time for several. */
const defaultLookEveryMs = 10_000;

/**
 * The options that sign a socket in and keep it so: each new token goes into the open socket by a `ping`, before the one before has ended.
 *
 *     import { createClient } from 'graphql-ws';
 *     const client = createClient({ url: 'wss://api.example.com/graphql', ...gatehouseSocket(gatehouse) });
 *
 * Listeners of your own come by `client.on`. `lookEveryMs`: how often the token is looked at, and refreshed where it must be; 10,000 when left
 * out. A socket that was opened while nobody was signed in stays nobody's: `client.terminate()` after a login has it opened anew.
 */
export function gatehouseSocket(
  gatehouse: Pick<Gatehouse, 'accessToken'>,
  { lookEveryMs = defaultLookEveryMs }: { readonly lookEveryMs?: number } = {},
): SocketOptions {
  let told: string | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  const look = async (socket: OpenSocket): Promise<void> => {
    const token = await gatehouse.accessToken().catch(() => null); // what could not be asked now is asked for at the next look
    if (token === null || told === null || token === told || !isOpen(socket)) return;
    told = token;
    socket.send(JSON.stringify({ type: 'ping', payload: { accessToken: token } }));
  };

  return {
    connectionParams: async () => {
      told = await gatehouse.accessToken();
      return told === null ? {} : { authorization: `Bearer ${told}` };
    },
    on: {
      connected: (socket) => {
        clearInterval(timer);
        timer = setInterval(() => void look(socket as OpenSocket), lookEveryMs);
      },
      closed: () => clearInterval(timer),
    },
  };
}
