import { createHash } from 'node:crypto';
import { Failure } from '../errors';
import { parseStrictJson } from '../settings/strict-json';
import { requirePlainDocument } from './plain-document';

/** The operation that a request asks for. */
export interface AskedOperation {
  readonly document: string;
  readonly operationName: string | null;
}

type Parameters = Readonly<Record<string, unknown>>;

/** What the policy says of parameters. */
interface Trust {
  readonly trustedDocuments: ReadonlyMap<string, string>;
  readonly ignoredParameters: ReadonlySet<string>;
}

const parameterNames = new Set(['query', 'operationName', 'variables', 'extensions', 'documentId']);
/** `clientLibrary` is what Apollo Client says of itself. */
const extensionNames = new Set(['persistedQuery', 'clientLibrary']);

/** In small letters: what no service can be said to ignore. */
export const ownNames: ReadonlySet<string> = new Set([...parameterNames, ...extensionNames].map((name) => name.toLowerCase()));

/** The parameters of a JSON body. @throws {Failure} BAD_REQUEST, for a list of operations too */
export const readBodyParameters = (body: string): Parameters => toParameters(parsed(body));

/**
 * The parameters of a URI. What one reader may split or decode otherwise than another is refused: `;`, a `#` where some stop
 * reading, a broken escape, a name that comes twice. @throws {Failure} BAD_REQUEST
 */
export function readUriParameters(search: string): Parameters {
  if (/[;#]|[^\x21-\x7e]/.test(search) || !isDecodable(search)) throw new Failure('BAD_REQUEST');
  const entries = [...new URLSearchParams(`?${search}`)]; // it takes one ? away
  if (new Set(entries.map(([name]) => name)).size !== entries.length) throw new Failure('BAD_REQUEST');
  const { extensions, ...rest } = Object.fromEntries(entries) as Record<string, string>;
  return extensions === undefined ? rest : { ...rest, extensions: parsed(extensions) };
}

/** What the parameters ask for, a trusted document by its id included. @throws {Failure} BAD_REQUEST, PERSISTED_QUERY_NOT_FOUND */
export function readOperation(parameters: Parameters, trust: Trust): AskedOperation {
  requireKnown(parameters, parameterNames, trust);
  const operationName = textOf(parameters.operationName);
  const query = textOf(parameters.query);
  if (query !== null) requirePlainDocument(query);
  const documentId = textOf(parameters.documentId);
  const hash = readHash(parameters.extensions, trust);
  if (query === null && documentId === null && hash === null) throw new Failure('BAD_REQUEST');
  const named = [documentId, hash].filter((id) => id !== null).map((id) => resolveDocument(id, query, id === hash, trust));
  const [document = query] = named;
  if (document === null || new Set([...named, document]).size !== 1) throw new Failure('BAD_REQUEST'); // two that differ
  return { document, operationName };
}

/** The document of an id. One that comes with its text must be that text: which of them is run must not be a guess. */
function resolveDocument(id: string, query: string | null, isHash: boolean, { trustedDocuments }: Trust): string {
  const trusted = trustedDocuments.get(id);
  if (query === null) {
    if (trusted === undefined) throw new Failure('PERSISTED_QUERY_NOT_FOUND'); // the client sends the text then
    return trusted;
  }
  if (trusted === query || (isHash && trusted === undefined && id === createHash('sha256').update(query).digest('hex'))) return query;
  throw new Failure('BAD_REQUEST');
}

function readHash(given: unknown, trust: Trust): string | null {
  if (given === undefined || given === null) return null;
  const extensions = toParameters(given);
  requireKnown(extensions, extensionNames, trust);
  if (extensions.persistedQuery === undefined || extensions.persistedQuery === null) return null;
  const { version, sha256Hash, ...rest } = toParameters(extensions.persistedQuery);
  if (version !== 1 || typeof sha256Hash !== 'string' || Object.keys(rest).length > 0) throw new Failure('BAD_REQUEST');
  return sha256Hash;
}

/** A name that we do not know may choose what runs, as `Query` does for readers that compare without case. */
function requireKnown(parameters: Parameters, names: ReadonlySet<string>, { ignoredParameters }: Trust): void {
  if (!Object.keys(parameters).every((name) => names.has(name) || ignoredParameters.has(name))) throw new Failure('BAD_REQUEST');
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || value === '') throw new Failure('BAD_REQUEST');
  return value;
}

function toParameters(value: unknown): Parameters {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Failure('BAD_REQUEST');
  return value as Parameters; // what JSON has for an object
}

function parsed(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (error) {
    throw new Failure('BAD_REQUEST', {}, { cause: error });
  }
}

function isDecodable(search: string): boolean {
  try {
    return decodeURIComponent(search) !== '\0';
  } catch {
    return false;
  }
}
