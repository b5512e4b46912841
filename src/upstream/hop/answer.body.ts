import type { IncomingMessage } from 'node:http';

/** Types that come in parts: the head is an answer already. */
const inParts = /^(multipart\/mixed|text\/event-stream)\b/i;

export const comesInParts = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean => inParts.test(headers['content-type'] ?? '');

/**
 * The whole body, or the stream where it comes in parts. What has more than `maxBytes` is destroyed, as soon as that is known: a body
 * that nobody reads would hold its connection for ever.
 */
export function readAnswer(response: IncomingMessage, maxBytes: number): Promise<Buffer | IncomingMessage> {
  if (comesInParts(response)) return Promise.resolve(response);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (what: string): void => {
      response.destroy();
      reject(new Error(what));
    };
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) return refuse('the answer is too large');
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) refuse('the answer is too large');
      else chunks.push(chunk);
    });
    response.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    response.on('aborted', () => reject(new Error('the answer broke off')));
    response.on('error', reject);
  });
}

/** An answer in parts has one of the connections that others wait for: a service that sends nothing more loses it, and a client that reads nothing. */
export function endWhereNothingMoves(response: IncomingMessage, milliseconds: number): void {
  const { socket } = response;
  const end = (): void => void response.destroy();
  socket.setTimeout(milliseconds);
  socket.on('timeout', end);
  response.on('close', () => socket.off('timeout', end));
}
