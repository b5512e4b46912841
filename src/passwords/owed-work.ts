import { randomBytes } from 'node:crypto';
import { type Argon2Recipe, type DearestRecipes, type HashRecipe, type KnownHash, withRecipe, workOf } from './hash-recipe';

/**
 * What a comparison owes to those that cost more, so that the time of a refusal tells nothing (ASVS 5.0 6.3.8): neither whether a
 * name is known, nor whether its hash was imported, made at another cost, or made by another algorithm.
 *
 * It is paid in hashing, in the same thread, and not in pauses: a pause of any length does not stop the clock of the queue, which
 * others can see. Every comparison does the dearest work of each kind that is in use.
 *
 * - bcrypt at cost n is 2^n rounds, and 2^n + 2^n + 2^(n+1) + … + 2^(m-1) are 2^m: a comparison at cost n owes one at each cost from
 *   n to m - 1.
 * - Argon2 fills memory × passes: a comparison that fills less owes the rest, in the dearest one's memory.
 * - While hashes of both kinds are stored, each comparison owes one of the other kind (decision 051).
 */
export interface OwedWork {
  /** What to compare with, and with what besides. Null: there is nothing to compare with. */
  readonly comparison: (known: KnownHash | null) => { readonly hash: string; readonly owed: readonly string[] };
}

/** `inUse`: the dearest recipe of each kind, as far as it is known; a dearer hash that comes along raises it. At least one is there. */
export function createOwedWork(inUse: DearestRecipes): OwedWork {
  const dummies = new Map<string, string>();
  const dummyOf = (recipe: HashRecipe): string => {
    const key = JSON.stringify(recipe);
    const dummy = dummies.get(key) ?? makeDummy(recipe);
    dummies.set(key, dummy);
    return dummy;
  };
  let dearest = inUse;
  return {
    comparison: (known) => {
      if (known !== null) dearest = withRecipe(dearest, known.recipe);
      const others = [dearest.bcrypt, dearest.argon2id].filter((recipe) => recipe !== null);
      if (known === null) {
        const [hash = '', ...owed] = others.map(dummyOf);
        return { hash, owed };
      }
      const { algorithm } = known.recipe;
      const owed = [...missing(known.recipe, dearest), ...others.filter((recipe) => recipe.algorithm !== algorithm)];
      return { hash: known.text, owed: owed.map(dummyOf) };
    },
  };
}

/** What the work of `recipe` lacks to that of the dearest of its kind. */
function missing(recipe: HashRecipe, dearest: DearestRecipes): HashRecipe[] {
  if (recipe.algorithm === 'argon2id') return missingFill(recipe, dearest.argon2id ?? recipe);
  const most = dearest.bcrypt ?? recipe;
  return Array.from({ length: most.cost - recipe.cost }, (_, step) => ({ algorithm: 'bcrypt', cost: recipe.cost + step }));
}

function missingFill(recipe: Argon2Recipe, most: Argon2Recipe): HashRecipe[] {
  const kib = workOf(most) - workOf(recipe);
  const passes = Math.floor(kib / most.memoryKiB);
  const rest = kib % most.memoryKiB;
  return [
    ...(passes > 0 ? [{ ...most, passes }] : []),
    ...(rest >= 8 * most.lanes ? [{ ...most, memoryKiB: rest, passes: 1 }] : []), // less than that is no Argon2, and some microseconds
  ];
}

/** Nobody knows an input that gives these random characters; comparing with them costs what a real hash costs. */
function makeDummy(recipe: HashRecipe): string {
  if (recipe.algorithm === 'bcrypt')
    return `$2b$${String(recipe.cost).padStart(2, '0')}$${randomText(64).replaceAll('+', '.').slice(0, 53)}`;
  const { memoryKiB, passes, lanes } = recipe;
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${randomText(16)}$${randomText(32)}`;
}

const randomText = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
