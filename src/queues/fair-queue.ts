import { type UnavailableCause, unavailable } from '../errors';
import { Branch, type Line, type Place } from './waiting';

export type { Line } from './waiting';

/**
 * Work of which only so much is under way at once, behind a bounded queue. Networks take turns, and within a wide network its narrow ones; when the
 * queue is full, the newest of the network that has most in it gives way. A lone client may use everything, and a flood keeps no other network out.
 */
export interface FairQueue {
  /**
   * `isGone`: nobody waits for the answer any more. Such work is not begun: who asks again must not stand behind what he has given up.
   * @throws {Failure} UNAVAILABLE when the queue is full, or the wait was too long
   */
  readonly run: <T>(line: Line, isGone: () => boolean, work: () => Promise<T>) => Promise<T>;
  /** Before anything is read or counted: in a storm, most is refused. @throws {Failure} UNAVAILABLE when there is no place now */
  readonly requireRoom: (line: Line) => void;
  readonly statistics: () => QueueStatistics;
  /** Whatever waits is refused, and so is whatever comes later; what is under way goes on. */
  readonly close: () => void;
}

export interface QueueStatistics {
  readonly queued: number;
  readonly running: number;
  /** How often somebody was refused who was still there to be told. */
  readonly refused: number;
}

export interface QueueBounds {
  /** What the work is, in the causes of its refusals. */
  readonly name: 'HASHING' | 'LIMITS';
  /** How much may be under way at once. */
  readonly width: number;
  /** How much may wait. */
  readonly capacity: number;
  /** How long something may wait, in milliseconds. */
  readonly maxWaitMs: number;
}

export function createFairQueue(bounds: QueueBounds): FairQueue {
  const { name, width, maxWaitMs } = bounds;
  const waiting = createWaiting(bounds);
  let running = 0;

  const dispatch = (): void => {
    while (running < width) {
      const place = waiting.next();
      if (place === undefined) return;
      if (place.isGone()) waiting.drop(place);
      else place.begin();
    }
  };

  const perform = async <T>(work: () => Promise<T>): Promise<T> => {
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      dispatch();
    }
  };

  return {
    run: <T>(line: Line, isGone: () => boolean, work: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => waiting.leave(place, `${name}_TIMEOUT`), maxWaitMs);
        const begin = (): void => {
          clearTimeout(timer);
          perform(work).then(resolve, reject);
        };
        const place: Place = { line, isGone, begin, reject, timer };
        waiting.enter(place);
        dispatch();
      }),
    requireRoom: waiting.requireRoom,
    statistics: () => ({ ...waiting.statistics(), running }),
    close: waiting.close,
  };
}

/** Those who wait: who has a place, who gets none, and who gives one up. */
function createWaiting({ name, capacity }: QueueBounds) {
  const waiting = new Branch();
  let [refused, isClosed] = [0, false];

  const end = ({ timer, reject }: Place, cause: UnavailableCause): void => {
    clearTimeout(timer);
    reject(unavailable(cause));
  };
  /** Nobody is told, so it is no refusal. */
  const drop = (place: Place): void => end(place, 'ABANDONED');
  const refuse = (place: Place, cause: UnavailableCause): void => {
    refused += 1;
    end(place, cause);
  };
  const full = (): UnavailableCause => (isClosed ? 'DRAINING' : `${name}_QUEUE_FULL`);

  const hasRoom = (line: Line): boolean => {
    if (waiting.size >= capacity)
      for (const place of waiting.places().filter(({ isGone }) => isGone())) if (waiting.remove(place)) drop(place);
    return !isClosed && (waiting.size < capacity || waiting.outcast(line) !== undefined);
  };

  return {
    enter: (place: Place): void => {
      if (!hasRoom(place.line)) {
        refuse(place, full());
        return;
      }
      const outcast = waiting.size < capacity ? undefined : waiting.outcast(place.line);
      if (outcast !== undefined && waiting.remove(outcast)) refuse(outcast, full());
      waiting.add(place);
    },
    next: () => waiting.next(),
    drop,
    leave: (place: Place, cause: UnavailableCause): void => {
      if (waiting.remove(place)) refuse(place, cause);
    },
    requireRoom: (line: Line): void => {
      if (hasRoom(line)) return;
      refused += 1;
      throw unavailable(full());
    },
    statistics: () => ({ queued: waiting.size, refused }),
    close: (): void => {
      isClosed = true;
      for (let place = waiting.next(); place; place = waiting.next()) refuse(place, full());
    },
  };
}
