import { z } from 'zod';

/** What GraphQL calls a schema, where zod has no word for it. */
export interface GraphQLName {
  readonly name?: string;
  /** Of an enum: what each value means. */
  readonly values?: Readonly<Record<string, string>>;
  /** A scalar in place of a type: a text that names something, or an object that GraphQL does not look into. */
  readonly scalar?: 'ID' | 'JSONObject';
}

export const graphqlNames = z.registry<GraphQLName>();

/** What GraphQL has in the place of a schema: REST's answer has more members, and resolvers of fields give those. */
export const shownInGraphQL = new WeakMap<z.ZodType, z.ZodType>();

/** A UUID that names something: GraphQL's ID. */
export const id = () => z.uuid().register(graphqlNames, { scalar: 'ID' });

/** A moment: a Date inside, an RFC 3339 text outside. */
export const moment = (description?: string) =>
  z.date().meta({ type: 'string', format: 'date-time', ...(description !== undefined && { description }) });

/** What stands around a schema and says only whether it may be absent or null, and what it is then. */
export interface Unwrapped {
  readonly schema: z.ZodType;
  readonly nullable: boolean;
  readonly defaultValue?: unknown;
  readonly description?: string;
  /** GraphQL's word for it, from the outermost that has one. */
  readonly graphql?: GraphQLName;
}

/** Takes the wrappers off: optional, nullable and default, and of a transformation the side that is asked for. */
export function unwrap(wrapped: z.ZodType, side: 'input' | 'output'): Unwrapped {
  let schema = wrapped;
  let nullable = false;
  let defaultValue: unknown;
  let description = wrapped.meta()?.description;
  let graphql = graphqlNames.get(wrapped);
  for (;;) {
    const def = definitionOf(schema);
    const inner = innerOf(def, side);
    if (inner === undefined)
      return { schema, nullable, defaultValue, ...(description !== undefined && { description }), ...(graphql && { graphql }) };
    if (def.type === 'optional' || def.type === 'nullable' || def.type === 'default') nullable = true;
    if (def.type === 'default') defaultValue = def.defaultValue;
    schema = inner;
    description ??= inner.meta()?.description;
    graphql ??= graphqlNames.get(inner);
  }
}

/** The part of zod's own description of a schema that is read here. */
interface Definition {
  readonly type: string;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly defaultValue?: unknown;
}

export const definitionOf = (schema: z.ZodType): Definition => schema.def as unknown as Definition; // zod 4: each schema has one

/** Of a pipe the side that is asked for, or the only one that is no transformation. */
function innerOf(def: Definition, side: 'input' | 'output'): z.ZodType | undefined {
  if (def.type !== 'pipe') return def.innerType;
  const [wanted, other] = side === 'input' ? [def.in, def.out] : [def.out, def.in];
  return wanted !== undefined && definitionOf(wanted).type === 'transform' ? other : wanted;
}
