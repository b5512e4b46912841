import type { Readable } from 'node:stream';
import { Failure } from '../../errors';
import type { UploadSettings } from '../../policy/upstream.grammar';

/** One part of a form, as it arrives. */
export interface FormPart {
  readonly name: string;
  /** Undefined: it is no file. */
  readonly fileName: string | undefined;
  readonly type: string;
  /** Its bytes. @throws {Failure} PAYLOAD_TOO_LARGE, BAD_REQUEST for a form that breaks off */
  readonly content: AsyncIterable<Buffer>;
}

/** A form that is read one part after the other, no faster than it is used. */
export interface Form {
  /** Null: there is none any more. @throws {Failure} BAD_REQUEST, PAYLOAD_TOO_LARGE */
  readonly next: () => Promise<FormPart | null>;
  /** Nobody uses it any more: what is still to come is let go by. */
  readonly letGo: () => void;
}

type Bounds = Pick<UploadSettings, 'maxFiles' | 'maxFileBytes' | 'maxBytes'>;

/**
 * How long what has arrived may take to be read, in milliseconds: the reader of forms has waited for ever where a part that is no form-data
 * came in one piece. While a form still comes, the server's own bound holds (AUTH_HTTP_REQUEST_SECONDS).
 */
const maxReadingMs = 5_000;

/** Of the reader's buffer: larger than what a connection gives at once, so that a part that is let go by ends in it. */
const bufferBytes = 131_072;

/** Of the head of a part: names of files are 255 bytes at the most, some of them spelt in three characters a byte. */
const maxHeadBytes = 4_096;

export const badForm = (message: string): Failure => new Failure('BAD_REQUEST', { issues: [{ path: '', message }] });

/** @throws {Failure} BAD_REQUEST for a head without a boundary */
export async function openForm(
  payload: Readable & { readonly complete?: boolean },
  contentType: string,
  { maxFiles, maxFileBytes, maxBytes }: Bounds,
  readingMs = maxReadingMs,
): Promise<Form> {
  const { Busboy } = await import('@fastify/busboy');
  if (payload.destroyed) throw badForm('broke off');
  const hasArrived = (): boolean => payload.complete === true || payload.readableEnded;
  const parts = createQueue(createWait(hasArrived, readingMs, () => letGo(badForm('cannot be read'))));
  const reader = makeReader();

  function makeReader() {
    const limits = { parts: maxFiles + 2, fileSize: maxFileBytes, headerPairs: 16, headerSize: maxHeadBytes };
    try {
      return new Busboy({ headers: { 'content-type': contentType }, limits, isPartAFile: () => true, fileHwm: bufferBytes });
    } catch {
      throw badForm('must be a form with a boundary');
    }
  }

  let bytes = 0;
  const letGo = (failure: Failure = badForm('is not read any more')): void => {
    parts.fail(failure);
    payload.unpipe(reader);
    payload.resume();
  };
  payload.on('data', ({ length }: Buffer) => {
    bytes += length;
    if (bytes > maxBytes) letGo(new Failure('PAYLOAD_TOO_LARGE'));
  });
  payload.on('error', () => letGo(badForm('broke off')));
  payload.on('close', () => {
    if (!payload.readableEnded) letGo(badForm('broke off'));
  });
  reader.on('file', (name, content, fileName, _encoding, type) => {
    const isNamed = typeof name === 'string' && name.length <= 128;
    if (!isNamed) letGo(badForm('has a part without a name'));
    parts.add({ name: String(name), fileName, type }, content);
  });
  reader.on('partsLimit', () => letGo(badForm('has more parts than files may be')));
  reader.on('error', () => letGo(badForm('must be a form')));
  reader.on('finish', parts.end);
  payload.pipe(reader);
  return { next: parts.next, letGo: () => letGo() };
}

type Content = Readable & { readonly truncated: boolean };

/** Waits for what the reader gives next: of a form that has arrived as a whole not longer than `readingMs`. */
type Wait = <T>(coming: Promise<T>) => Promise<T>;

const createWait =
  (hasArrived: () => boolean, readingMs: number, onStuck: () => void): Wait =>
  async (coming) => {
    let since = performance.now();
    const timer = setInterval(() => {
      if (!hasArrived()) since = performance.now();
      else if (performance.now() - since >= readingMs) onStuck();
    }, readingMs / 5);
    try {
      return await coming;
    } finally {
      clearInterval(timer);
    }
  };

/** Parts as they come, for one reader that takes them in turn. What has failed has failed for all that comes after. */
function createQueue(wait: Wait) {
  const waiting: FormPart[] = [];
  const contents = new Set<Content>();
  let failure: Failure | null = null;
  let isOver = false;
  let wake: () => void = () => undefined;

  async function* read(content: Content): AsyncGenerator<Buffer> {
    try {
      const chunks = content[Symbol.asyncIterator]();
      for (let next = await wait(chunks.next()); !next.done; next = await wait(chunks.next())) yield next.value as Buffer;
    } catch {
      throw failure ?? badForm('broke off');
    } finally {
      contents.delete(content);
    }
    if (failure !== null) throw failure;
    if (content.truncated) throw new Failure('PAYLOAD_TOO_LARGE');
  }

  return {
    add: (head: Omit<FormPart, 'content'>, content: Content): void => {
      content.on('error', () => undefined); // whoever reads it is told
      if (failure !== null) return void content.destroy();
      contents.add(content);
      waiting.push({ ...head, content: read(content) });
      wake();
    },
    end: (): void => {
      isOver = true;
      wake();
    },
    fail: (given: Failure): void => {
      if (failure !== null || isOver) return;
      failure = given;
      for (const content of contents) content.destroy(given);
      wake();
    },
    next: async (): Promise<FormPart | null> => {
      while (failure === null && waiting.length === 0 && !isOver)
        await wait(
          new Promise<void>((resolve) => {
            wake = resolve;
          }),
        );
      if (failure !== null) throw failure;
      return waiting.shift() ?? null;
    },
  };
}

/** A part that is a text. @throws {Failure} BAD_REQUEST for another one, PAYLOAD_TOO_LARGE */
export async function textOf(form: Form, name: string, maxBytes: number): Promise<string> {
  const part = await form.next();
  if (part === null || part.name !== name) throw badForm(`must have its parts in the order operations, map, files: ${name} is missing`);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of part.content) {
    length += chunk.length;
    if (length > maxBytes) throw new Failure('PAYLOAD_TOO_LARGE');
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw badForm(`must have ${name} in UTF-8`);
  }
}
