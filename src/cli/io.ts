import type { Readable, Writable } from 'node:stream';
import { printable } from '../client';
import type { Config, ConfigResult } from '../config';

/** The command line's way to the process, so that a test can have its own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly readConfig: () => ConfigResult;
  /** Runs the gateway until it is told to stop. */
  readonly serve: (config: Config, warnings: readonly string[], options: { readonly json?: boolean }) => Promise<void>;
}

/** Refused or failed, for a reason that is said on standard error: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const print = (io: Io, text: string): void => void io.stdout.write(`${text}\n`);

export const printJson = (io: Io, value: unknown): void => print(io, JSON.stringify(value, null, 2));

/** The settings, or every fault at once. @throws {CommandError} */
export function requireConfig(io: Io): Config {
  const result = io.readConfig();
  if (result.ok) return result.config;
  throw new CommandError(describeFaults(result.faults));
}

export const describeFaults = (faults: readonly { readonly variable: string; readonly rule: string }[]): string =>
  ['These settings are wrong:', ...faults.map(({ variable, rule }) => `  ${variable} ${rule}`)].join('\n');

/** All of standard input, or null where a person sits at it. */
export async function readInput({ stdin }: Io): Promise<string | null> {
  if (stdin.isTTY) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

/** Columns as wide as their widest cell. What users have written about themselves cannot move the cursor. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
