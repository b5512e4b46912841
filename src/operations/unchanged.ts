import { toCamel } from '../case';

/**
 * An input without those members that say what is so already: a client may send back what it got, read-only members included.
 * What differs, and what `current` does not have, stays, and the input's schema refuses it by name. The schema's own fields stay, too.
 */
export function withoutUnchanged(input: unknown, current: Readonly<Record<string, unknown>>, fields: ReadonlySet<string>): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  const isUnchanged = (name: string, value: unknown): boolean =>
    !fields.has(name) && Object.hasOwn(current, name) && asJson(value) === asJson(current[name]);
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => !isUnchanged(name, value)));
}

/** As an answer shows it: a Date is its text, and an object within has the names of either door. */
const asJson = (value: unknown): string => JSON.stringify(value, (_, inner) => (isObject(inner) ? withCamelNames(inner) : inner)) ?? '';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const withCamelNames = (value: object): object => Object.fromEntries(Object.entries(value).map(([name, inner]) => [toCamel(name), inner]));
