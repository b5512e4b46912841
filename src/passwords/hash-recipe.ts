/** How a password is hashed. The two kinds that a stored hash may have. */
export type HashRecipe = BcryptRecipe | Argon2Recipe;

export interface BcryptRecipe {
  readonly algorithm: 'bcrypt';
  /** 2^cost rounds. */
  readonly cost: number;
}

/** RFC 9106. */
export interface Argon2Recipe {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The dearest recipe of each kind that is stored; null: there is none. */
export interface DearestRecipes {
  readonly bcrypt: BcryptRecipe | null;
  readonly argon2id: Argon2Recipe | null;
}

export const noRecipes: DearestRecipes = { bcrypt: null, argon2id: null };

/** A hash in modular crypt or PHC format, without the pepper's id, and how it was made. */
export interface KnownHash {
  readonly text: string;
  readonly recipe: HashRecipe;
}

/** Above these one comparison takes seconds, or a gigabyte: a planted hash would be a denial of service. */
export const maxCost = 15;
const minCost = 4;
export const argon2Bounds = { memoryKiB: 1_048_576, passes: 16, lanes: 16 } as const;

const bcryptFormat = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const argon2Format = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/;

/** Null: nothing that this gateway could compare a password with. */
export function readHash(text: string): KnownHash | null {
  const [, digits] = bcryptFormat.exec(text) ?? [];
  if (digits !== undefined) {
    const cost = Number(digits);
    return cost < minCost || cost > maxCost ? null : { text, recipe: { algorithm: 'bcrypt', cost } };
  }
  const [, memory, passes, lanes] = argon2Format.exec(text) ?? [];
  if (memory === undefined) return null;
  const recipe = { algorithm: 'argon2id', memoryKiB: Number(memory), passes: Number(passes), lanes: Number(lanes) } as const;
  return isBounded(recipe) ? { text, recipe } : null;
}

/** Argon2 needs 8 KiB for each lane (RFC 9106 §3.1). */
function isBounded({ memoryKiB, passes, lanes }: Argon2Recipe): boolean {
  if (passes < 1 || lanes < 1 || memoryKiB < 8 * lanes) return false;
  return memoryKiB <= argon2Bounds.memoryKiB && passes <= argon2Bounds.passes && lanes <= argon2Bounds.lanes;
}

export const isSameRecipe = (left: HashRecipe, right: HashRecipe): boolean =>
  left.algorithm === 'bcrypt'
    ? right.algorithm === 'bcrypt' && left.cost === right.cost
    : right.algorithm === 'argon2id' && left.memoryKiB === right.memoryKiB && left.passes === right.passes && left.lanes === right.lanes;

/** The work of one hash, in units of its kind: rounds of bcrypt, or KiB that Argon2 fills. */
export const workOf = (recipe: HashRecipe): number => (recipe.algorithm === 'bcrypt' ? 2 ** recipe.cost : recipe.memoryKiB * recipe.passes);

/** The dearer of the two counts for its kind. */
export function withRecipe(dearest: DearestRecipes, recipe: HashRecipe): DearestRecipes {
  const known = dearest[recipe.algorithm];
  return known !== null && workOf(known) >= workOf(recipe) ? dearest : { ...dearest, [recipe.algorithm]: recipe };
}
