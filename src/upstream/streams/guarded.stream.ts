import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type Access, requireAccess } from '../../access/access';
import { Failure } from '../../errors';
import { describeFailure } from '../../graphql/format-error';
import type { AuthenticatedSession } from '../../proofs/proofs';
import type { AccessTokenClaims } from '../../tokens/access-token';
import { type Framing, framingOf } from './framing';
import { holdMessages } from './held-messages';
import type { Membership, SessionWatch } from './session.watch';

export interface GuardSettings {
  readonly watch: SessionWatch;
  /** What of a message may wait for its end, in UTF-16 units. */
  readonly maxMessageUnits: number;
}

/** Whose stream it is, and what let it in. */
export interface StreamOwner {
  readonly token: string;
  readonly claims: AccessTokenClaims;
  readonly needed: readonly Access[];
  readonly requestId: string;
}

/**
 * A stream of the service that ends with the session of its caller, and with the rights that let it in, with a last message that says why. It is
 * read no faster than its client reads, and no further than what has been asked about.
 */
export function guardStream(stream: IncomingMessage, owner: StreamOwner, { watch, maxMessageUnits }: GuardSettings): Readable {
  const { token, claims, needed, requestId } = owner;
  const framing = framingOf(stream.headers['content-type'] ?? '');
  const out = new PassThrough();
  let isOver = false;
  let isBegun = false;
  let membership: Membership | undefined;
  const finish = (last: string): void => {
    if (isOver) return;
    isOver = true;
    membership?.leave();
    stream.destroy();
    out.end(last);
  };
  const refuse = (failure: Failure): void => finish(framing.last(errorOf(failure, requestId), isBegun));
  membership = watch.join(token, claims, 'token', {
    isSocket: false,
    onEnd: (reason) => refuse(new Failure('UNAUTHENTICATED', { reason })),
    onChange: (session) => void requireStill(needed, session).catch(refuse),
  });
  const held = holdMessages(membership, (message) => {
    if (isOver) return;
    isBegun = true;
    out.write(message);
  });
  const add = cutMessages(framing, (message) => {
    if (!held.add(message)) out.destroy();
  });
  const goOn = (): void => {
    if (!out.writableNeedDrain) stream.resume();
  };
  out.on('drain', goOn);
  stream.on('data', (chunk: Buffer) => {
    stream.pause();
    if (add(chunk) > maxMessageUnits) out.destroy();
    else void held.whenSent().then(goOn);
  });
  stream.on('error', () => undefined); // it closes then
  stream.on('close', async () => {
    await held.whenSent();
    if (stream.complete) add(null);
    await held.whenSent();
    if (stream.complete) finish('');
    else if (!isOver) out.destroy();
  });
  out.on('close', () => finish(''));
  return out;
}

/** @returns how much waits for its end, in UTF-16 units, after a chunk; null is the last */
function cutMessages({ endOf, overlap }: Framing, onMessage: (message: string) => void): (chunk: Buffer | null) => number {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const seen = Math.max(0, rest.length - overlap); // what was looked at is not looked at again
    rest += chunk === null ? decoder.end() : decoder.write(chunk);
    const found = endOf(rest.slice(seen));
    const end = chunk === null ? rest.length : found === 0 ? 0 : seen + found;
    if (end > 0) onMessage(rest.slice(0, end));
    rest = rest.slice(end);
    return rest.length;
  };
}

/** A stream that has begun with a fresh session goes on when that is over. @throws {Failure} FORBIDDEN, UNAVAILABLE */
export const requireStill = async (needed: readonly Access[], session: AuthenticatedSession): Promise<void> => {
  const verdict = async () => ({ accepted: true, session }) as const;
  await requireAccess(needed, verdict, { requireWithin: async () => undefined });
};

function errorOf(failure: Failure, requestId: string): string {
  const { message, extensions } = describeFailure(failure);
  return JSON.stringify({ message, extensions: { ...extensions, requestId } });
}
