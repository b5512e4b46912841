import { type UnavailableCause, unavailable } from '../errors';

/** Where somebody stands in line: the networks that a client is in, from the widest to the narrowest. See `networksOf` in network.ts. */
export type Line = readonly string[];

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

interface Place {
  readonly line: Line;
  readonly isGone: () => boolean;
  readonly begin: () => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

export function createFairQueue({ name, width, capacity, maxWaitMs }: QueueBounds): FairQueue {
  const waiting = new Branch();
  let [running, refused, isClosed] = [0, 0, false];

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

  const enter = (place: Place): void => {
    if (!hasRoom(place.line)) refuse(place, full());
    else {
      const outcast = waiting.size < capacity ? undefined : waiting.outcast(place.line);
      if (outcast !== undefined && waiting.remove(outcast)) refuse(outcast, full());
      waiting.add(place);
    }
  };

  const dispatch = (): void => {
    while (running < width) {
      const place = waiting.next();
      if (place === undefined) return;
      if (place.isGone()) drop(place);
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
        const timer = setTimeout(() => waiting.remove(place) && refuse(place, `${name}_TIMEOUT`), maxWaitMs);
        const begin = (): void => {
          clearTimeout(timer);
          perform(work).then(resolve, reject);
        };
        const place: Place = { line, isGone, begin, reject, timer };
        enter(place);
        dispatch();
      }),
    requireRoom: (line) => {
      if (hasRoom(line)) return;
      refused += 1;
      throw unavailable(full());
    },
    statistics: () => ({ queued: waiting.size, running, refused }),
    close: () => {
      isClosed = true;
      for (let place = waiting.next(); place; place = waiting.next()) refuse(place, full());
    },
  };
}

/** A network's part of the queue: the narrower networks in it, which take turns, and those who stand in no narrower one. */
class Branch {
  readonly #branches = new Map<string, Branch>();
  readonly #places: Place[] = [];
  size = 0;

  add(place: Place, depth = 0): void {
    this.size += 1;
    const name = place.line[depth];
    if (name === undefined) return void this.#places.push(place);
    const branch = this.#branches.get(name) ?? new Branch();
    this.#branches.set(name, branch);
    branch.add(place, depth + 1);
  }

  next(): Place | undefined {
    if (this.size === 0) return undefined;
    this.size -= 1;
    const [first] = this.#branches;
    if (first === undefined) return this.#places.shift();
    const [name, branch] = first;
    const place = branch.next();
    this.#branches.delete(name);
    if (branch.size > 0) this.#branches.set(name, branch); // to the back: the next one has its turn
    return place;
  }

  /** @returns whether it was still there */
  remove(place: Place, depth = 0): boolean {
    const name = place.line[depth];
    const isRemoved = name === undefined ? this.#removeHere(place) : this.#removeBelow(place, name, depth);
    if (isRemoved) this.size -= 1;
    return isRemoved;
  }

  #removeHere(place: Place): boolean {
    const position = this.#places.indexOf(place);
    if (position >= 0) this.#places.splice(position, 1);
    return position >= 0;
  }

  #removeBelow(place: Place, name: string, depth: number): boolean {
    const branch = this.#branches.get(name);
    const isRemoved = branch?.remove(place, depth + 1) ?? false;
    if (branch?.size === 0) this.#branches.delete(name);
    return isRemoved;
  }

  places(): Place[] {
    return [...this.#places, ...[...this.#branches.values()].flatMap((branch) => branch.places())];
  }

  /** Who gives way to a newcomer of this line: the newest of the network that has more than the newcomer's, be it within a network that both are in. */
  outcast(line: Line, depth = 0): Place | undefined {
    const own = this.#branches.get(line[depth] ?? '');
    const longest = this.longest();
    if (longest !== undefined && longest.size > (own?.size ?? 0) + 1) return longest.newest();
    return own?.outcast(line, depth + 1);
  }

  newest(): Place | undefined {
    const longest = this.longest();
    return longest === undefined ? this.#places.at(-1) : longest.newest();
  }

  longest(): Branch | undefined {
    return [...this.#branches.values()].reduce<Branch | undefined>(
      (best, next) => (best && best.size > next.size ? best : next),
      undefined,
    );
  }
}
