import { z } from 'zod';
import { Failure, type Issue } from './errors';

/**
 * Makes untrusted input a type, with every fault at once. What comes out needs no more checks.
 * @throws {Failure} BAD_USER_INPUT
 */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new Failure('BAD_USER_INPUT', { issues: parsed.error.issues.flatMap(toIssues) });
}

const maxKeyLength = 64;

function toIssues(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: toPath([...issue.path, key.slice(0, maxKeyLength)]),
      message: 'is not a field of this input',
    }));
  return [{ path: toPath(issue.path), message: issue.message }];
}

const toPath = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** A message for a missing value and one for a wrong type: zod's own would be about its code, not about the field. */
export const expected = (what: string) => ({
  error: (issue: { readonly input?: unknown }) => (issue.input === undefined ? 'is required' : `must be ${what}`),
});

/**
 * A text that can be stored and compared: well-formed Unicode (a lone surrogate becomes another text in UTF-8), no NUL.
 * `most` counts UTF-16 units and bounds the work of everything after it.
 */
export const text = (most: number) =>
  z
    .string(expected('a text'))
    .max(most, `must have at most ${most} characters`)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
    .refine((value) => !value.includes('\0'), 'must not contain U+0000');

/** An input object: every unknown field is refused by name. */
export const inputObject = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, expected('an object'));
