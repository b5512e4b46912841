import { readFileSync, statSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { parse } from 'graphql';
import { z } from 'zod';
import { doubtsOf } from './plain-document';
import { parseStrictJson } from './strict-json';

/** Of a manifest. */
const maxPartBytes = 16 * 1024 * 1024;

/** Apollo's persisted query manifest. */
const manifestFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1).max(256), body: z.string().min(1) })),
});

/** A file as `schema` has it; null, and the faults told, where it is not so. */
export function readJson<Schema extends z.ZodType>(
  file: string,
  maxBytes: number,
  schema: Schema,
  at: string,
  faults: string[],
): z.output<Schema> | null {
  const text = readText(file, maxBytes, at, faults);
  if (text === null) return null;
  try {
    const result = schema.safeParse(parseStrictJson(text));
    if (result.success) return result.data;
    faults.push(...result.error.issues.flatMap((issue) => describeIssue(issue, at)));
  } catch {
    faults.push(`${at}: must be JSON, with each name once in an object`);
  }
  return null;
}

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

/** Null, and the fault told, where it cannot be read. */
export function readText(file: string, maxBytes: number, at: string, faults: string[]): string | null {
  try {
    if (statSync(file).size <= maxBytes) return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
    faults.push(`${at}: must be a file of at most ${maxBytes} bytes`);
  } catch {
    faults.push(`${at}: must be a file in UTF-8 that can be read`);
  }
  return null;
}

function describeIssue(issue: z.core.$ZodIssue, at: string): string[] {
  const where = [at, ...issue.path.map(String)].join(' ');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${where} ${key}: is not known here`);
  if (issue.code === 'invalid_key') return [`${where}: ${issue.issues[0]?.message ?? issue.message}`];
  return [`${where}: ${issue.message}`];
}
