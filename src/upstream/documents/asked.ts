import { createHash } from 'node:crypto';
import { Failure } from '../../errors';

/** What a body asks for: a document, by its text or by an id that stands for it. */
export interface AskedDocument {
  /** Null: none is there, and none of the ids is known. */
  readonly text: string | null;
  readonly operationName: string | null;
  /** The ids that came, known or not. */
  readonly ids: readonly string[];
}

/** The documents that ids stand for. */
export interface KnownDocuments {
  /** By the ids that clients send. */
  readonly known: { readonly get: (id: string) => string | undefined; readonly has: (id: string) => boolean };
  /** Whether ids mean anything here. */
  readonly takesIds: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/** What JSON has for an object. */
export const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** GraphQL over HTTP (appendix A), Apollo, and Relay, which has two names for it. */
const idNames = ['documentId', 'doc_id', 'id'];

const hashOf = (extensions: unknown): string | null => {
  const persisted = isObject(extensions) ? extensions.persistedQuery : undefined;
  return isObject(persisted) ? textOf(persisted.sha256Hash) : null;
};

/**
 * An id that comes with a text must be the id of that text: which of the two is run must not be a guess.
 * @throws {Failure} BAD_REQUEST
 */
export function askedDocument(body: Body, { known, takesIds }: KnownDocuments): AskedDocument {
  const query = textOf(body.query);
  const hash = hashOf(body.extensions);
  const ids = !takesIds && query !== null ? [] : [...idNames.map((name) => textOf(body[name])), hash].filter((id) => id !== null);
  const found = ids.map((id) => known.get(id)).filter((text) => text !== undefined);
  const texts = new Set(query === null ? found : [query, ...found]);
  const isOther = query !== null && hash !== null && takesIds && !known.has(hash) && sha256(query) !== hash;
  if (texts.size > 1 || isOther)
    throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: 'must be the document of its id' }] });
  return { text: [...texts][0] ?? null, operationName: textOf(body.operationName), ids };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
