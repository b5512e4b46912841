import { readFileSync, statSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import type { z } from 'zod';
import { parseStrictJson } from './strict-json';

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
