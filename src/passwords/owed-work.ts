import { randomBytes } from 'node:crypto';

/**
 * What a comparison owes to those that cost more, so that the time of a refusal tells nothing (ASVS 5.0 6.3.8): neither whether a
 * name is known, nor whether its hash was imported or made at another cost.
 *
 * It is paid in hashing, in the same thread, and not in pauses: a pause of any length does not stop the clock of the queue, which
 * others can see. bcrypt at cost n is 2^n rounds, and 2^n + 2^n + 2^(n+1) + … + 2^(m-1) are 2^m: so a comparison at cost n
 * owes one at each cost from n to m - 1. Whatever joins later (argon2id) is one more kind of debt here.
 */
export interface OwedWork {
  /** What to compare with, and with what besides. Null: there is nothing to compare with. */
  readonly comparison: (known: KnownHash | null) => { readonly hash: string; readonly owed: readonly string[] };
}

export interface KnownHash {
  readonly bcrypt: string;
  readonly cost: number;
}

/** `dearest`: the highest cost in use as far as it is known; a dearer hash that comes along raises it. */
export function createOwedWork(dearest: number): OwedWork {
  const dummies = new Map<number, string>();
  const dummyOf = (cost: number): string => {
    const dummy = dummies.get(cost) ?? makeDummy(cost);
    dummies.set(cost, dummy);
    return dummy;
  };
  let most = dearest;
  return {
    comparison: (known) => {
      most = Math.max(most, known?.cost ?? 0);
      if (known === null) return { hash: dummyOf(most), owed: [] };
      return { hash: known.bcrypt, owed: Array.from({ length: most - known.cost }, (_, step) => dummyOf(known.cost + step)) };
    },
  };
}

/** Nobody knows an input that gives these random characters; comparing with them costs what a real hash costs. */
const makeDummy = (cost: number): string =>
  `$2b$${String(cost).padStart(2, '0')}$${randomBytes(64).toString('base64').replaceAll('+', '.').replaceAll('=', '').slice(0, 53)}`;
