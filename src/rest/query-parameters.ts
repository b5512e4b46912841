import { z } from 'zod';
import { toCamelNames, toSnake } from '../case';
import type { DescribedHeader } from '../operations/operation';
import { unwrap } from '../operations/schemas';

type Fields = Readonly<Record<string, z.ZodType>>;

const fieldsOf = (input: z.ZodType): Fields => {
  const { schema } = unwrap(input, 'input');
  return schema instanceof z.ZodObject ? (schema.shape as Fields) : {};
};

/** The parameters of a query that takes the fields of `input`, as OpenAPI describes them. `inPath`: those that stand in the path. */
export const describeQuery = (input: z.ZodType, inPath: readonly string[]): Readonly<Record<string, DescribedHeader>> =>
  Object.fromEntries(
    Object.entries(fieldsOf(input))
      .filter(([name]) => !inPath.includes(name))
      .map(([name, schema]) => [toSnake(name), { description: unwrap(schema, 'input').description ?? '', schema }]),
  );

/**
 * A query as an input, in the house's names. All of it is text: what the input has as a number is made one where it reads as such. A parameter
 * that came twice is a list, which no input takes.
 */
export function readQuery(query: string, input: z.ZodType): unknown {
  const parameters = new URLSearchParams(query);
  const given = [...new Set(parameters.keys())].map((name) => {
    const values = parameters.getAll(name);
    return [name, values.length === 1 ? values[0] : values] as const;
  });
  const fields = fieldsOf(input);
  const named = toCamelNames(Object.fromEntries(given)) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, toNumberWhere(isNumber(fields[name]), value)]));
}

const isNumber = (field: z.ZodType | undefined): boolean => field !== undefined && unwrap(field, 'input').schema instanceof z.ZodNumber;

const toNumberWhere = (wanted: boolean, value: unknown): unknown =>
  wanted && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
