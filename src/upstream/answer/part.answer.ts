import type { GraphQLFormattedError } from 'graphql';
import type { Effects } from '../../effects';
import type { Failure } from '../../errors';
import { describeFailure } from '../../graphql/format-error';
import type { Part } from '../plan/plan';

/** What one part of an operation gave. */
export interface PartAnswer {
  /** JSON by the names in the answer. Null: a field that must not be null has failed. */
  readonly data: ReadonlyMap<string, string> | null;
  readonly errors: readonly GraphQLFormattedError[];
  /** Members of `extensions`, as JSON. */
  readonly extensions?: ReadonlyMap<string, string>;
  /** Of operations of ours. */
  readonly effects?: Effects;
  /** For an answer without data. */
  readonly status: number;
}

/** A part that gave nothing: an error at each of its fields, which are null where they may be. */
export function failedPart(part: Part, failure: Failure, requestId: string, more: Readonly<Record<string, unknown>> = {}): PartAnswer {
  const { message, extensions } = describeFailure(failure);
  return {
    ...failedWith(part, [{ message, extensions: { ...extensions, ...more, requestId } }], failure.status),
    effects: failure.effects,
  };
}

export function failedWith({ fields }: Part, errors: readonly GraphQLFormattedError[], status: number): PartAnswer {
  const keys = [...new Map(fields.map((field) => [field.key, field])).values()];
  const placed = keys.flatMap(({ key }) => errors.map(({ locations: _locations, ...error }) => ({ ...error, path: [key] })));
  const mayBeNull = keys.every(({ isNullable }) => isNullable);
  return { data: mayBeNull ? new Map(keys.map(({ key }) => [key, 'null'])) : null, errors: placed, status };
}

/** The variables that a part declares, of those that came. */
export const givenTo = ({ variables }: Pick<Part, 'variables'>, values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(variables.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]));

/** Places are of a text that nobody outside has. */
export const withoutPlaces = (errors: readonly GraphQLFormattedError[]): GraphQLFormattedError[] =>
  errors.map(({ locations: _locations, ...error }) => error);
