/** REST has snake_case (RFC 6749 and OIDC names), the house camelCase. Both directions lose nothing. */
export const toSnake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Of the fields of answers, which are few and ours. */
const snakeNames = new Map<string, string>();

function snakeNameOf(name: string): string {
  const known = snakeNames.get(name);
  if (known !== undefined) return known;
  const snake = toSnake(name);
  if (snakeNames.size < maxSnakeNames) snakeNames.set(name, snake);
  return snake;
}

const maxSnakeNames = 1_000;

export const toCamel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** An answer in REST's names, at every depth. */
export function toSnakeNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeNames);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const renamed: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) renamed[snakeNameOf(name)] = toSnakeNames(inner);
  return renamed;
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

/** The name that a client knows, for the path of an issue. */
export const toRestPath = (path: string): string => (path.startsWith(unknownMark) ? path.slice(unknownMark.length) : toSnake(path));

const unknownMark = ' ';
