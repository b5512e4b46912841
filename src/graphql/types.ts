import 'reflect-metadata';
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { z } from 'zod';
import { definitionOf, graphqlNames, shownInGraphQL, unwrap } from '../operations/schemas';

type Class = new () => object;

/** type-graphql's classes of the schemas that operations take and give, made once each: its registry is the process's. */
const classes = new Map<string, Class>();
const enums = new Map<string, object>();

/** A type as type-graphql's decorators want it. */
export interface TypeOf {
  readonly type: () => never;
  readonly nullable: boolean;
  readonly defaultValue?: unknown;
  readonly description?: string;
}

/** The GraphQL type of a schema. @throws {Error} for one that GraphQL has no type for, or that has no name where one is needed */
export function typeOf(wrapped: z.ZodType, side: 'input' | 'output'): TypeOf {
  const { schema, graphql, nullable, defaultValue, description } = unwrap(wrapped, side);
  const other = shownInGraphQL.get(schema);
  if (other !== undefined) return { ...typeOf(other, side), nullable };
  const name = graphql?.name ?? schema.meta()?.id;
  const found = graphql?.scalar === undefined ? namedType(schema, { name, description }, side) : named[graphql.scalar];
  // What a named type says of itself stands at the type, and not at each field that has it.
  const own = name !== undefined && description === schema.meta()?.description ? undefined : description;
  return { nullable, defaultValue, ...(own !== undefined && { description: own }), type: () => found as never };
}

const named = { ID, JSONObject: GraphQLJSONObject } as const;

interface Named {
  readonly name: string | undefined;
  readonly description: string | undefined;
}

function namedType(schema: z.ZodType, { name, description }: Named, side: 'input' | 'output'): unknown {
  const def = definitionOf(schema);
  if (def.type === 'array' && def.element) return [typeOf(def.element, side).type()];
  if (def.type === 'object') return classOf(schema as z.ZodObject, requireName(name), description, side);
  if (def.type === 'enum') return enumOf(schema as z.ZodEnum, requireName(name));
  const scalar = scalars[def.type === 'number' && isWhole(schema) ? 'int' : def.type];
  if (scalar === undefined) throw new Error(`GraphQL has no type for ${def.type}`);
  return scalar;
}

const scalars: Readonly<Record<string, unknown>> = {
  string: String,
  literal: String,
  boolean: Boolean,
  date: GraphQLDateTime,
  int: Int,
  number: Float,
};

const isWhole = (schema: z.ZodType): boolean => (schema as { readonly format?: string }).format === 'safeint';

function requireName(name: string | undefined): string {
  if (name === undefined) throw new Error('a schema that GraphQL shows has a name');
  return name;
}

/** The class that type-graphql knows an output by, for resolvers of its further fields. */
export const outputClass = (schema: z.ZodObject): Class => typeOf(schema, 'output').type() as Class;

/** The class of an object's schema, with a field for each of its members. */
function classOf(schema: z.ZodObject, name: string, description: string | undefined, side: 'input' | 'output'): Class {
  const known = classes.get(name);
  if (known) return known;
  const made = { [name]: class {} }[name] as Class;
  classes.set(name, made);
  const options = { ...(description !== undefined && { description }) };
  if (side === 'input') InputType(name, options)(made);
  else ObjectType(name, { ...options, simpleResolvers: true })(made);
  for (const [field, member] of Object.entries(schema.shape)) {
    const { type, nullable, defaultValue, description } = typeOf(member as z.ZodType, side);
    Field(type, { nullable, ...(side === 'input' && { defaultValue }), ...(description !== undefined && { description }) })(
      made.prototype,
      field,
    );
  }
  return made;
}

function enumOf(schema: z.ZodEnum, name: string): object {
  const known = enums.get(name);
  if (known) return known;
  const values = Object.fromEntries(schema.options.map((option) => [option, option]));
  const described = graphqlNames.get(schema)?.values ?? {};
  const description = schema.meta()?.description;
  registerEnumType(values, {
    name,
    ...(description !== undefined && { description }),
    valuesConfig: Object.fromEntries(Object.entries(described).map(([value, text]) => [value, { description: text }])),
  });
  enums.set(name, values);
  return values;
}
