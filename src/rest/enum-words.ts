import { z } from 'zod';
import { definitionOf, unwrap } from '../operations/schemas';

/** REST has the words of an enum in small letters, and takes either. An input is flat. */
export function toUpperEnums(schema: z.ZodType, body: unknown): unknown {
  const { schema: object } = unwrap(schema, 'input');
  if (!(object instanceof z.ZodObject) || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const member = Object.hasOwn(object.shape, name) ? (object.shape[name] as z.ZodType) : undefined;
      const isWord = typeof value === 'string' && member !== undefined && unwrap(member, 'input').schema instanceof z.ZodEnum;
      return [name, isWord ? value.toUpperCase() : value];
    }),
  );
}

/** What makes an answer as REST writes the words of its enums, at every depth. Null: it has none, and is the answer already. */
export function lowersEnums(wrapped: z.ZodType): ((value: unknown) => unknown) | null {
  const { schema } = unwrap(wrapped, 'output');
  if (schema instanceof z.ZodEnum) return (value) => (typeof value === 'string' ? value.toLowerCase() : value);
  const { element } = definitionOf(schema);
  if (element !== undefined) {
    const inner = lowersEnums(element);
    return inner && ((value) => (Array.isArray(value) ? value.map(inner) : value));
  }
  if (!(schema instanceof z.ZodObject)) return null;
  const members = Object.entries(schema.shape).map(([name, member]) => [name, lowersEnums(member as z.ZodType)] as const);
  const having = members.filter((member): member is readonly [string, (value: unknown) => unknown] => member[1] !== null);
  if (having.length === 0) return null;
  return (value) => {
    if (value === null || typeof value !== 'object') return value;
    const lowered = having.map(([name, lower]) => [name, lower((value as Readonly<Record<string, unknown>>)[name])]);
    return { ...value, ...Object.fromEntries(lowered) };
  };
}
