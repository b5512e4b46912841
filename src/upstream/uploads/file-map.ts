import { isObject } from '../documents/asked';
import { membersOf } from '../plan/json-members';
import { badForm } from './form';

/** Where one file of a form belongs. */
export interface MappedFile {
  /** The name of its part. */
  readonly name: string;
  /** `variables.file`, `variables.files.0`. */
  readonly paths: readonly string[];
}

/** Places of all files together. */
const maxPlaces = 1_000;
const reserved = new Set(['operations', 'map']);
/** A service that sets a path step by step would write on what all its objects share. */
const shared = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The part `map` (GraphQL multipart request specification): for each file the places in the variables that it is for, each of which is
 * null, and no other file's. `declared`: the variables that the operation has; no other one is sent on.
 * @throws {Failure} BAD_REQUEST
 */
export function readFileMap(
  text: string,
  variables: Readonly<Record<string, unknown>>,
  declared: readonly string[],
  maxFiles: number,
): MappedFile[] {
  const map = parse(text);
  const names = [...membersOf(text).keys()]; // as they stand: an object has names that are digits first
  if (names.length === 0) throw badForm('must have a file: map is empty');
  if (names.length > maxFiles) throw badForm(`must have at most ${maxFiles} files`);
  const taken = new Set<string>();
  return names.map((name) => {
    const paths = map[name];
    if (name === '' || name.length > 64 || reserved.has(name)) throw badForm('must name each file in map by 1 to 64 characters');
    if (!Array.isArray(paths) || paths.length === 0) throw badForm('must say in map where each file belongs: a list of paths');
    for (const path of paths as readonly unknown[]) {
      if (typeof path !== 'string' || !isPlace(path, variables, declared) || taken.has(path))
        throw badForm('must have in map paths of variables of the operation that are null, each once');
      taken.add(path);
      if (taken.size > maxPlaces) throw badForm(`must have at most ${maxPlaces} paths in map`);
    }
    return { name, paths };
  });
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const map: unknown = JSON.parse(text);
    if (isObject(map)) return map;
  } catch {
    // the parser's message quotes what came
  }
  throw badForm('must have in map one JSON object');
}

function isPlace(path: string, variables: Readonly<Record<string, unknown>>, declared: readonly string[]): boolean {
  const steps = path.split('.');
  const [root, name, ...inner] = steps;
  if (steps.some((step) => shared.has(step))) return false;
  if (root !== 'variables' || name === undefined || !declared.includes(name) || !Object.hasOwn(variables, name)) return false;
  let value = variables[name];
  for (const step of inner) {
    const isStep = Array.isArray(value) ? /^(0|[1-9]\d{0,5})$/.test(step) : isObject(value);
    if (!isStep || !Object.hasOwn(value as object, step)) return false;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value === null;
}
