import type { IncomingMessage } from 'node:http';

/** Node keeps the first of two and drops the other: which one counts must not be a guess. */
export function timesSent({ rawHeaders }: IncomingMessage, header: string): number {
  let times = 0;
  for (let position = 0; position < rawHeaders.length; position += 2) {
    const name = rawHeaders[position];
    if (name?.length === header.length && name.toLowerCase() === header) times += 1;
  }
  return times;
}
