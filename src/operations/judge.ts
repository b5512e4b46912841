import { z } from 'zod';
import { Failure, type Issue } from '../errors';
import { parseInput } from '../input';
import type { BoundOperation } from './operation';
import { withoutUnchanged } from './unchanged';

/**
 * The input of an operation as its schema makes it. Where the schema refuses it, what a rule beside the schema has to say, such as of a
 * weak password, is listed with it: a person mends everything at once.
 * @throws {Failure} BAD_USER_INPUT
 */
export async function judgeInput({ input: schema, sendBack, alsoWrong }: BoundOperation, proof: unknown, input: unknown): Promise<unknown> {
  if (schema === undefined) return undefined;
  const fields = fieldsOf(schema);
  // Asked where somebody sends what is no field: whoever sends fields alone sends nothing back.
  const isSentBack = sendBack !== undefined && isObject(input) && Object.keys(input).some((name) => !fields.has(name));
  const given = isSentBack ? withoutUnchanged(input, await sendBack(proof), fields) : input;
  try {
    return parseInput(schema, given);
  } catch (error) {
    if (alsoWrong === undefined || !(error instanceof Failure) || !isObject(given)) throw error;
    const issues = error.details.issues ?? [];
    const others = (await alsoWrong(proof, given)).filter(({ path }) => !issues.some((issue) => issue.path === path));
    throw new Failure('BAD_USER_INPUT', { issues: [...issues, ...others] satisfies Issue[] });
  }
}

const fieldsOf = (schema: z.ZodType): ReadonlySet<string> => new Set(schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
