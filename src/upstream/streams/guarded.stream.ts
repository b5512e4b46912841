import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { Failure } from '../../errors';
import { describeFailure } from '../../graphql/format-error';
import type { SessionCheck } from '../../sessions/session.check';
import { holdMessages } from './held-messages';
import type { Membership, SessionWatch, StreamEnd } from './session.watch';

/** How a stream is cut into messages, and how its last one is written. */
interface Framing {
  /** Where the last whole message in `text` ends; 0 for none. */
  readonly endOf: (text: string) => number;
  readonly last: (error: string) => string;
}

/** Events of the server (WHATWG HTML §9.2), as graphql-sse's distinct connections have them. */
const events: Framing = {
  endOf: (text) => text.lastIndexOf('\n\n') + (text.includes('\n\n') ? 2 : 0),
  last: (error) => `event: next\ndata: {"errors":[${error}]}\n\nevent: complete\ndata: \n\n`,
};

/** Parts of multipart/mixed; a boundary stands before each, and servers write it as soon as the part before is there. */
function parts(contentType: string): Framing {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1] ?? '-';
  const mark = `--${boundary}`;
  return {
    endOf: (text) => {
      const at = text.lastIndexOf(mark);
      return at < 0 ? 0 : at + mark.length;
    },
    last: (error) => `\r\ncontent-type: application/json\r\n\r\n{"payload":null,"errors":[${error}]}\r\n${mark}--\r\n`,
  };
}

/** What of a message may wait for its end, in UTF-16 units. */
export interface GuardSettings {
  readonly check: Pick<SessionCheck, 'judge'>;
  readonly watch: SessionWatch;
  readonly maxMessageUnits: number;
}

/** A stream of the service that ends with the session of its caller, with a last message that says why. Null for nobody's: it passes as it is. */
export async function guardStream(
  stream: IncomingMessage,
  authorization: string | undefined,
  requestId: string,
  { check, watch, maxMessageUnits }: GuardSettings,
): Promise<Readable> {
  const token = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
  const verdict = token === undefined ? null : await check.judge(token);
  if (token === undefined || !verdict?.accepted) return stream;
  const type = stream.headers['content-type'] ?? '';
  const framing = /^text\/event-stream/i.test(type) ? events : parts(type);
  const out = new PassThrough();
  let isOver = false;
  let membership: Membership | undefined;
  const finish = (last: string): void => {
    if (isOver) return;
    isOver = true;
    membership?.leave();
    stream.destroy();
    out.end(last);
  };
  const onEnd = (why: StreamEnd): void => finish(framing.last(errorOf(why, requestId)));
  membership = watch.join(token, verdict.claims, 'token', { onEnd, onChange: () => undefined });
  const held = holdMessages(membership, (message) => void (isOver || out.write(message)));
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    rest += decoder.write(chunk);
    const end = framing.endOf(rest);
    if (end > 0 && !held.add(rest.slice(0, end))) return void out.destroy();
    rest = rest.slice(end);
    if (rest.length > maxMessageUnits || out.writableLength > maxUnsent) out.destroy();
  });
  stream.on('end', () => {
    if (rest !== '') held.add(rest);
    void membership?.check().then(
      () => finish(''),
      () => finish(''),
    );
  });
  const brokenOff = (): void => void (isOver || out.destroy());
  stream.on('error', brokenOff);
  stream.on('aborted', brokenOff);
  out.on('close', () => finish(''));
  return out;
}

const maxUnsent = 1024 * 1024;

function errorOf(why: StreamEnd, requestId: string): string {
  const { message, extensions } = describeFailure(new Failure('UNAUTHENTICATED', { reason: why }));
  return JSON.stringify({ message, extensions: { ...extensions, requestId } });
}
