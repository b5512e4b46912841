/**
 * The members of an object in JSON, each as the text that it has: what goes on to another reader keeps every digit of its numbers, which
 * `JSON.parse` would round. Of two members of one name the last counts, as for `JSON.parse`.
 * @param text JSON that has been parsed already: nothing is judged here
 */
export function membersOf(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, 0) + 1; // the brace
  for (;;) {
    at = skipSpace(text, at);
    if (text[at] !== '"') return members;
    const nameEnd = skipString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1); // the colon
    const end = skipValue(text, start);
    members.set(name, text.slice(start, end));
    at = skipSpace(text, end);
    if (text[at] !== ',') return members;
    at += 1;
  }
}

/** The items of a list in JSON, each as the text that it has. */
export function itemsOf(text: string): string[] {
  const items: string[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1); // the bracket
  while (text[at] !== ']' && at < text.length) {
    const end = skipValue(text, at);
    items.push(text.slice(at, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return items;
}

const quote = 0x22;
const backslash = 0x5c;

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return at;
    at += 1;
  }
}

/** From a quote to behind its end. */
function skipString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at + 1;
    at += unit === backslash ? 2 : 1;
    if (at > text.length) return text.length; // cannot be: it was parsed
  }
}

function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === quote) return skipString(text, from);
  if (first !== 0x7b && first !== 0x5b) return skipWord(text, from);
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = skipString(text, at);
      continue;
    }
    if (unit === 0x7b || unit === 0x5b) depth += 1;
    else if (unit === 0x7d || unit === 0x5d) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return text.length;
}

/** A number, true, false or null. */
function skipWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !',}] \n\r\t'.includes(text[at] as string)) at += 1;
  return at;
}
