/**
 * An object with lists that may be long: each of them is read in pages while the document is written, so that memory holds one page of it and
 * not the whole. Every other member is a value.
 */
export type PagedDocument = Readonly<Record<string, unknown>>;

/** One page after the other. */
export type Pages = AsyncIterable<readonly unknown[]>;

const isPages = (member: unknown): member is Pages => typeof member === 'object' && member !== null && Symbol.asyncIterator in member;

/** The document with its lists in memory: for a door that cannot write while it reads. */
export async function gathered(document: PagedDocument): Promise<Readonly<Record<string, unknown>>> {
  const whole: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(document)) whole[name] = isPages(member) ? await all(member) : member;
  return whole;
}

async function all(pages: Pages): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** The document as JSON (RFC 8259), in pieces. `rename`: a value, or a member by itself, in the names of whoever reads it. */
export async function* writeDocument(document: PagedDocument, rename: (value: unknown) => unknown): AsyncGenerator<string> {
  let before = '{';
  for (const [name, member] of Object.entries(document)) {
    const [spelt = name] = Object.keys(rename({ [name]: null }) as object);
    const opening = `${before}${JSON.stringify(spelt)}:`;
    before = ',';
    if (isPages(member)) yield* writeList(opening, member, rename);
    else yield `${opening}${JSON.stringify(rename(member))}`;
  }
  yield before === '{' ? '{}' : '}';
}

async function* writeList(opening: string, pages: Pages, rename: (value: unknown) => unknown): AsyncGenerator<string> {
  let before = `${opening}[`;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map((row) => JSON.stringify(rename(row))).join(',');
    before = ',';
  }
  yield before === ',' ? ']' : `${before}]`;
}
