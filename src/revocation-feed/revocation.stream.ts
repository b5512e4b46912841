import { Readable } from 'node:stream';
import { type Clock, secondsAfter } from '../clock';
import type { AuthenticatedClient } from '../service-clients/clients.service';
import { keyTimes } from '../tokens/key-rotation';
import { type Moment, overlapSeconds, type RevocationFeed } from './revocation.feed';
import { type Revocation, type RevocationsService, toList } from './revocations.service';

/**
 * Server-sent events (WHATWG HTML §9.2) of what is revoked. An event's data is a list as `GET /v1/revocations` gives it, and
 * lists add up. Its id is a moment: who resumes is told everything since, and `overlapSeconds` more.
 *
 * A comment `: current N` says: everything that was revoked up to N milliseconds after this request arrived has been sent.
 * A receiver adds N to the moment at which it asked, on a clock of its own, and so knows how old its knowledge is at most,
 * however late the line or a proxy delivers, and although no two clocks agree.
 *
 * @throws {Failure} RATE_LIMITED, UNAVAILABLE
 */
export type OpenRevocationStream = (client: AuthenticatedClient, lastEventId: string | string[] | undefined) => Promise<Readable>;

/** The line is for this stream alone: when the node stops, it must not wait for another request on it. */
export const eventHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
} as const;

export const wantsEvents = (accept: string | string[] | undefined): boolean => /(^|,)\s*text\/event-stream\b/i.test(String(accept ?? ''));

/** What an event holds at most: a receiver reads it in one piece. */
const maxInEvent = 1_000;
/** What waits for a receiver that does not read at most: then its stream ends, and it resumes. */
export const maxWaiting = 20_000;

interface Dependencies {
  readonly feed: RevocationFeed;
  readonly revocations: Pick<RevocationsService, 'read'>;
  readonly clock: Clock;
}

export const createStreamOpener =
  ({ feed, revocations, clock }: Dependencies): OpenRevocationStream =>
  async (client, lastEventId) => {
    const openedAt = performance.now();
    const waiting: Revocation[] = [];
    let isOver = false;
    let wake = (): void => {};
    let stream: Readable | undefined;
    const end = (): void => {
      isOver = true;
      wake();
    };
    const following = feed.follow(client, {
      onRevoked: (revoked) => {
        for (const each of revoked) waiting.push(each); // as arguments of one call, a hundred thousand are too many
        if (waiting.length > maxWaiting) stream?.destroy(); // it would be told half of it
        wake();
      },
      onCurrent: () => wake(),
      onEnd: end,
    });
    const readAt: Moment = { elapsed: performance.now(), time: clock.now() };
    const current = (): Moment => (following.current().elapsed > readAt.elapsed ? following.current() : readAt);

    const events = async function* (before: readonly Revocation[]): AsyncGenerator<string> {
      yield 'retry: 1000\n\n';
      const rest = [...before];
      while (rest.length > maxInEvent) yield writeEvent(rest.splice(0, maxInEvent), null); // without an id: who resumes here has not got all
      yield writeEvent(rest, readAt);
      let saidAt = Number.NEGATIVE_INFINITY;
      while (!isOver) {
        const moment = current();
        if (waiting.length > 0) {
          const told = waiting.splice(0, maxInEvent);
          yield writeEvent(told, waiting.length === 0 ? moment : null); // what a node finds after a gap may be older than the overlap
        } else if (moment.elapsed > saidAt) {
          saidAt = moment.elapsed;
          yield `: current ${Math.floor(saidAt - openedAt)}\n\n`;
        } else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    };

    try {
      stream = Readable.from(events(await revocations.read({ since: sinceOf(lastEventId, clock.now()) })), { objectMode: false });
    } catch (error) {
      following.stop();
      throw error;
    }
    stream.once('close', () => {
      following.stop();
      end();
    });
    return stream;
  };

/** Of another time than ours, or too long ago: everything. */
function sinceOf(lastEventId: string | string[] | undefined, now: number): Date {
  const time = typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : 0;
  const isUsable = time <= now + overlapSeconds * 1000 && time >= now - keyTimes.tokensLiveForSeconds * 1000;
  return isUsable ? secondsAfter(time, -overlapSeconds) : new Date(0);
}

const writeEvent = (revocations: readonly Revocation[], moment: Moment | null): string =>
  `${moment === null ? '' : `id: ${Math.floor(moment.time)}\n`}data: ${JSON.stringify(toList(revocations))}\n\n`;

export const exampleEvents = [
  'retry: 1000\n',
  'id: 1790000000000',
  'data: {"sessions":["4b1c9f0e-6f0c-4a55-9f3c-2f4a0a3f6a11"],"users":[],"keys":[],"until":1790000960}\n',
  ': current 12\n\n',
].join('\n');
