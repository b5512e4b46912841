import type { Readable, Writable } from 'node:stream';
import type { Config, ConfigResult } from '../config';
import { printable } from '../requester';

/** The command line's way to the process, so that a test can have its own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Of the process, without the v. */
  readonly nodeVersion: string;
  readonly readConfig: () => ConfigResult;
  /** Runs the gateway until it is told to stop. */
  readonly serve: (config: Config, warnings: readonly string[], options: { readonly json?: boolean }) => Promise<void>;
}

/** Refused or failed, for a reason that is said on standard error: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

export const print = (io: Io, text: string): void => void io.stdout.write(`${text}\n`);

export const printJson = (io: Io, value: unknown): void => print(io, toJson(value));

/**
 * What JSON leaves as it is and a terminal obeys, or shows as something else, is escaped: DEL and C1 controls (ECMA-48), format
 * characters, among them those that turn text around (Unicode TR #36 §2.11), and line separators. The value stays the same (RFC 8259 §7).
 */
export const toJson = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll(/[\x7f-\x9f\p{Cf}\u2028\u2029]/gu, escapeUnits);

const escapeUnits = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** The settings, or every fault at once. @throws {CommandError} */
export function requireConfig(io: Io): Config {
  const result = io.readConfig();
  if (result.ok) return result.config;
  throw new CommandError(describeFaults(result.faults));
}

export const describeFaults = (faults: readonly { readonly variable: string; readonly rule: string }[]): string =>
  ['These settings are wrong:', ...faults.map(({ variable, rule }) => `  ${variable} ${rule}`)].join('\n');

/**
 * The password on standard input: its first line, as `passwd --stdin` and `htpasswd -i` take it. Null where there is none: a person sits
 * at it, or it is empty. @throws {CommandError} where its first line is empty and something follows it, be it the end of the line
 */
export async function readPassword(io: Io): Promise<string | null> {
  if (io.stdin.isTTY) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  const input = Buffer.concat(chunks).toString('utf8');
  if (input === '') return null;
  const [line = '', ...rest] = input.split(/\r?\n/);
  if (line === '') throw new CommandError('The first line of standard input is empty: it would be the password.');
  if (rest.some((other) => other !== '')) io.stderr.write('Only the first line of standard input is the password.\n');
  return line;
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
