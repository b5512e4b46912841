/** REST has snake_case (RFC 6749 and OIDC names), the house camelCase. Both directions lose nothing. */
export const toSnake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const toCamel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** An answer in REST's names, at every depth. */
export function toSnakeNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeNames);
  if (value === null || typeof value !== 'object' || writesItself(value)) return value;
  const renamed: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) renamed[toSnake(name)] = toSnakeNames(inner);
  return renamed;
}

/** A moment, or what has names of somebody else's. */
const writesItself = (value: object): boolean => 'toJSON' in value;

/** A JSON schema in REST's names, at every depth. */
export function toSnakeSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(toSnakeSchema);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties')
        return [keyword, Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [toSnake(name), toSnakeSchema(inner)]))];
      if (keyword === 'required') return [keyword, (value as string[]).map(toSnake)];
      return [keyword, keyword === 'examples' || keyword === 'enum' || keyword === 'const' ? value : toSnakeSchema(value)];
    }),
  );
}

/**
 * A body in the house's names. Every input is flat. A name that is not in snake_case keeps a mark that no field has,
 * so that `pictureUrl` is as unknown here as `picture_url` is in GraphQL.
 */
export function toCamelNames(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [/[A-Z]/.test(name) ? `${unknownMark}${name}` : toCamel(name), value]),
  );
}

/** The name that a client knows, for the path of an issue. An input is flat: what stands in a member of it has names of somebody else's. */
export function toRestPath(path: string): string {
  if (path.startsWith(unknownMark)) return path.slice(unknownMark.length);
  const [field = '', ...inner] = path.split('.');
  return [toSnake(field), ...inner].join('.');
}

const unknownMark = ' ';
