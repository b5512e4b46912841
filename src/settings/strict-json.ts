/**
 * JSON whose meaning two readers cannot see differently: `JSON.parse` keeps the last of two members of one name, others
 * the first (RFC 8259 §4). @throws {SyntaxError}
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  refuseRepeatedNames(text);
  return value;
}

/** Walks well-formed JSON once, token by token: each open object has the names that it has had so far, and a list has none. */
function refuseRepeatedNames(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(?:[\t\n\r ]*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string; // \u0071uery is query
      const names = open.at(-1);
      if (names?.has(name)) throw new SyntaxError('a name comes twice in one object');
      names?.add(name);
    }
  }
}
