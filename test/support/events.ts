import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { House } from './house';

/** A stream of revocations, as it has been received so far. */
export interface Events {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly lists: { readonly sessions: string[]; readonly users: { id: string; except: string | null }[]; readonly keys: string[] }[];
  readonly ids: string[];
  /** What the comments say: up to how many milliseconds after the question everything was sent. */
  readonly current: number[];
  /** When the other side has ended it, or it was left. */
  readonly ended: Promise<void>;
  readonly sessions: () => string[];
  readonly leave: () => void;
}

/** Follows `GET /v1/revocations` by the letter of the event stream format, without our own reader. */
export async function followEvents(
  house: Pick<House, 'url'>,
  authorization: string,
  headers: Record<string, string> = {},
): Promise<Events> {
  // Not with fetch: that opens another line, which nobody uses, once a stream was left.
  const asking = request(`${house.url}/v1/revocations`, {
    agent: false,
    headers: { authorization, accept: 'text/event-stream', ...headers },
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asking.once('response', resolve).once('error', reject).end();
  });
  const lists: Events['lists'] = [];
  const ids: string[] = [];
  const current: number[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const line of blocks.flatMap((block) => block.split('\n'))) {
      if (line.startsWith('data: ')) lists.push(JSON.parse(line.slice(6)));
      if (line.startsWith('id: ')) ids.push(line.slice(4));
      if (line.startsWith(': current ')) current.push(Number(line.slice(10)));
    }
  });
  asking.on('error', () => {}); // left in the middle
  response.on('error', () => {});
  return {
    status: response.statusCode,
    headers: response.headers,
    lists,
    ids,
    current,
    ended: new Promise((resolve) => response.once('close', () => resolve())),
    sessions: () => lists.flatMap((list) => list.sessions),
    leave: () => asking.destroy(),
  };
}
