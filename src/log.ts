import type { Writable } from 'node:stream';
import { types } from 'node:util';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { Failure } from './errors';

export type { Logger } from 'pino';

/**
 * One JSON line an event. No line holds a header, a body, a query string or an address of a page: what is logged is
 * listed where it is logged, and secrets are never put there, rather than taken out afterwards.
 */
export const createLogger = (level: string, destination?: DestinationStream): Logger =>
  pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } }, destination);

/** An answer that is out. */
export interface Answered {
  /** As a client may name it (ASCII letters, digits and hyphens), or a UUID. */
  readonly requestId: string;
  /** One of Node's. */
  readonly method: string;
  /** The pattern, which is ours: a path or a query may hold a secret. Null: there is no such route. */
  readonly route: string | null;
  readonly status: number;
  /** Since its request had arrived, with one decimal. */
  readonly milliseconds: number;
}

/** As much as a reader may lag behind before lines are dropped. */
const maxUnreadBytes = 1024 * 1024;

/**
 * Lines into a stream that nobody may be reading: a full pipe must neither stop the gateway nor fill its memory (pino's
 * own destination keeps every line). Lines are dropped then, and the next one that fits comes with their number. Those of one turn
 * of the event loop are written together, because each write is a call into the kernel.
 */
export function withoutWaiting(stream: Writable): DestinationStream {
  let dropped = 0;
  let pending = '';
  stream.on('error', () => {}); // the reader is gone: there is nobody to tell
  const write = (): void => {
    const lines = pending;
    pending = '';
    if (stream.writable) stream.write(lines);
  };
  return {
    write: (line) => {
      if (!stream.writable) return;
      if (stream.writableLength + pending.length > maxUnreadBytes) {
        dropped += 1;
        return;
      }
      if (pending === '') setImmediate(write);
      if (dropped > 0) pending += `${JSON.stringify({ level: 'warn', time: new Date(), lines: dropped, msg: 'log lines dropped' })}\n`;
      dropped = 0;
      pending += line;
    },
  };
}

/** When everything written so far is out, or nobody can read it, or the time is up. */
export async function flushed(stream: Writable, timeoutMs: number): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve)); // after the lines of this turn
  if (!stream.writable) return;
  await new Promise<void>((resolve) => {
    setTimeout(resolve, timeoutMs).unref();
    stream.write('', () => resolve());
  });
}

export interface Defect {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly stack: readonly string[];
  readonly cause?: Defect;
}

/** Errors of the language itself, whose messages are about code. Those of libraries, and of Node with its `code`, may quote the values they met. */
const speaksOfCode = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError']);
/** Ours, whose messages hold no input. */
const ours = new Set([
  'Failure',
  'SealedKeyError',
  'MigrationError',
  'UnsuitableDatabaseError',
  'PolicyError',
  'ProvidersError',
  'SecretFileError',
  'BreachedFileError',
  'BreachedListError',
  'TestModeError',
]);

/** Also one from another realm, such as a worker's or a test's. */
const isError = (error: unknown): error is Error => error instanceof Error || types.isNativeError(error);

/** An error as it may be logged: what kind, and where; its message only when that cannot hold input. */
export function describeDefect(error: unknown): Defect {
  if (!isError(error)) return { type: typeof error, stack: [] };
  const { code } = error as { code?: unknown };
  const isSafe = ours.has(error.name) || (speaksOfCode.has(error.name) && code === undefined);
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    ...(isSafe && { message: error.message }),
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .map((line) => line.trim())
      .slice(0, 12),
    ...(error.cause === undefined ? {} : { cause: describeDefect(error.cause) }),
  };
}

/** Tells the operator what an answer does not tell, once and without a value: a defect, or why the service cannot answer. */
export type TellHidden = (requestId: string, error: unknown) => void;

/** Into the log; `onUnavailable` is told the class of the cause, the same as in the line: one of a closed list (docs/operating.md). */
export const createTellHidden =
  (logger: Logger, onUnavailable: (cause: string) => void = () => {}): TellHidden =>
  (requestId, error) => {
    if (!(error instanceof Failure)) logger.error({ requestId, defect: describeDefect(error) }, 'defect');
    else if (error.code === 'UNAVAILABLE') {
      const cause = typeof error.cause === 'string' ? { code: error.cause } : describeDefect(error.cause);
      logger.warn({ requestId, cause }, 'unavailable');
      onUnavailable(cause.code ?? 'OTHER');
    }
  };
