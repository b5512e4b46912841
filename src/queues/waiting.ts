/** Where somebody stands in line: the networks that a client is in, from the widest to the narrowest. See `networksOf` in network.ts. */
export type Line = readonly string[];

/** One who waits. */
export interface Place {
  readonly line: Line;
  readonly isGone: () => boolean;
  readonly begin: () => void;
  readonly reject: (error: unknown) => void;
  readonly timer: NodeJS.Timeout;
}

/** A network's part of the queue: the narrower networks in it, which take turns, and those who stand in no narrower one. */
export class Branch {
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
