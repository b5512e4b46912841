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

type Body = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value);

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
export function askedDocument(body: Body, trusted: ReadonlyMap<string, string>): AskedDocument {
  const query = textOf(body.query);
  const hash = hashOf(body.extensions);
  const ids = trusted.size === 0 && query !== null ? [] : [...idNames.map((name) => textOf(body[name])), hash].filter((id) => id !== null);
  const known = ids.map((id) => trusted.get(id)).filter((text) => text !== undefined);
  const texts = new Set(query === null ? known : [query, ...known]);
  const isOther = query !== null && hash !== null && !trusted.has(hash) && trusted.size > 0 && sha256(query) !== hash;
  if (texts.size > 1 || isOther)
    throw new Failure('BAD_REQUEST', { issues: [{ path: 'query', message: 'must be the document of its id' }] });
  return { text: [...texts][0] ?? null, operationName: textOf(body.operationName), ids };
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
