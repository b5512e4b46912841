import { unwatchFile, watchFile } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { Failure } from '../../errors';
import type { Logger } from '../../log';
import { readManifest } from '../../policy/policy.files';
import { type AskedDocument, type KnownDocuments, sha256 } from './asked';

/** How documents may be asked for on one path. */
export interface DocumentSettings {
  /** The manifest, for reading it again; undefined where there is none. */
  readonly file: string | undefined;
  readonly mode: 'off' | 'audit' | 'only';
  /** Whether clients may leave documents by their hash (Apollo's automatic persisted queries). */
  readonly automatic: boolean;
}

export interface DocumentStore extends KnownDocuments {
  /** An operation of the service. @throws {Failure} DOCUMENT_NOT_TRUSTED */
  readonly requireTrusted: (asked: AskedDocument, who: { readonly operationName: string | null; readonly client: string | null }) => void;
  /** A text that the policy has taken. */
  readonly remember: (asked: AskedDocument) => void;
  readonly untrusted: () => number;
  readonly close: () => void;
}

/** Documents that clients have left. */
const maxAutomatic = 1_000;
/** Of them together, in UTF-16 units. */
const maxUnits = 2_000_000;
const lookEveryMs = 2_000;

export function createDocumentStore(
  manifest: ReadonlyMap<string, string>,
  { file, mode, automatic }: DocumentSettings,
  logger: Logger,
): DocumentStore {
  let trusted = manifest;
  let untrusted = 0;
  const left = new LRUCache<string, string>({ max: maxAutomatic, maxSize: maxUnits, sizeCalculation: (text) => text.length + 64 });
  const readAgain = (): void => {
    if (file === undefined) return;
    const faults: string[] = [];
    const read = readManifest(file, 'documents', faults);
    if (faults.length === 0) trusted = read;
    else logger.warn({ faults: faults.length }, 'the manifest of documents has changed and is wrong: the one before stays');
  };
  if (file !== undefined) watchFile(file, { interval: lookEveryMs, persistent: false }, readAgain);
  const get = (id: string): string | undefined => trusted.get(id) ?? (automatic ? left.get(id) : undefined);
  return {
    known: { get, has: (id) => get(id) !== undefined },
    takesIds: file !== undefined || manifest.size > 0 || automatic,
    requireTrusted: (asked, { operationName, client }) => {
      if (mode === 'off' || asked.ids.some((id) => trusted.get(id) === asked.text)) return;
      untrusted += 1;
      if (mode === 'only') throw new Failure('DOCUMENT_NOT_TRUSTED');
      logger.info(
        { operationName: operationName?.slice(0, 64), client, document: sha256(asked.text ?? '') },
        'a document that is not trusted',
      );
    },
    remember: (asked) => {
      if (!automatic || asked.text === null) return;
      const hash = asked.ids.find((id) => /^[0-9a-f]{64}$/.test(id));
      if (hash !== undefined && !trusted.has(hash) && sha256(asked.text) === hash) left.set(hash, asked.text);
    },
    untrusted: () => untrusted,
    close: () => {
      if (file !== undefined) unwatchFile(file, readAgain);
    },
  };
}
