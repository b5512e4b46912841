import { parse } from 'graphql';
import { z } from 'zod';
import { readJson } from '../settings/json-file';
import { doubtsOf } from './plain-document';

/** Of a manifest. */
const maxPartBytes = 16 * 1024 * 1024;

/** Apollo's persisted query manifest. */
const manifestFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1).max(256), body: z.string().min(1) })),
});

/** Documents by their ids: each is decided about like one that a client sends. */
export function readManifest(file: string, at: string, faults: string[]): Map<string, string> {
  const documents = new Map<string, string>();
  for (const { id, body } of readJson(file, maxPartBytes, manifestFile, at, faults)?.operations ?? []) {
    if (documents.has(id)) faults.push(`${at} ${id}: comes twice`);
    try {
      parse(body);
    } catch {
      faults.push(`${at} ${id}: must be a GraphQL document`);
    }
    faults.push(...doubtsOf(body).map((rule) => `${at} ${id}: ${rule}`));
    documents.set(id, body);
  }
  return documents;
}
