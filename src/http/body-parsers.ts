import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badInput, Failure } from '../errors';

/**
 * `ignored`: whatever it is, it is not read. `raw`: its bytes, whatever it says it is, and with GET too; none for no body. `operation`:
 * JSON, and the text that it was read from.
 */
export type BodyKind = 'json' | 'form' | 'ignored' | 'raw' | 'operation';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this route takes. Left out: JSON. */
    readonly bodyKind?: BodyKind;
    /** It takes a form of files as well (RFC 7578), which it reads itself: nothing of it has been read. */
    readonly takesFiles?: boolean;
  }
}

/** A JSON body as it was written, for who sends parts of it on. */
export interface WrittenBody {
  readonly text: string;
  readonly value: unknown;
  readonly bytes: number;
}

/** Each route takes one kind of body, in UTF-8; every other is 415. A form where JSON is expected would let any page's form in. */
export function addBodyParsers(server: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true }); // a byte order mark is no part of the text (RFC 8259 §8.1)
  server.removeAllContentTypeParsers();
  const addParser = (contentType: string, kind: BodyKind, parse: (body: string) => unknown, fault: string): void => {
    server.addContentTypeParser(contentType, { parseAs: 'buffer' }, (request, body, done) => {
      if (kindOf(request) === 'ignored') return done(null, undefined);
      if (kindOf(request) === 'raw') return done(null, body);
      if (!isPlain(request)) return done(encodedBody());
      const isWritten = kindOf(request) === 'operation' && kind === 'json';
      if ((kindOf(request) !== kind && !isWritten) || !isUtf8(contentType, request.headers['content-type']))
        return done(new Failure('UNSUPPORTED_MEDIA_TYPE'));
      if (body.length === 0) return done(null, undefined);
      try {
        const text = utf8.decode(body as Buffer);
        return done(null, isWritten ? { text, value: parse(text), bytes: body.length } : parse(text));
      } catch (error) {
        // The parser's message quotes the body, which may hold a password.
        return done(error instanceof Failure ? error : badInput({ path: '', message: fault }));
      }
    });
  };
  addParser('application/json', 'json', JSON.parse, 'the body must be JSON');
  addParser('application/x-www-form-urlencoded', 'form', parseForm, 'the body must be a form');
  server.addContentTypeParser('*', (request, payload, done) => {
    if (kindOf(request) === 'raw') {
      readRaw(payload, server.initialConfig.bodyLimit).then((body) => done(null, body), done);
      return;
    }
    if (request.routeOptions.config.takesFiles && isFormOfFiles(request)) return done(null, payload);
    if (kindOf(request) !== 'ignored') return done(new Failure('UNSUPPORTED_MEDIA_TYPE'));
    payload.resume();
    return done(null, undefined);
  });
}

/** RFC 7578 §4. */
export const isFormOfFiles = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  /^multipart\/form-data(;|$)/i.test(headers['content-type']?.trim() ?? '');

/** Every byte. @throws {Failure} PAYLOAD_TOO_LARGE, as soon as there are more than `maxBytes`; the rest is let go by */
export function readRaw(stream: Readable, maxBytes = 0): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else reject(new Failure('PAYLOAD_TOO_LARGE'));
    });
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
}

const kindOf = ({ routeOptions }: FastifyRequest): BodyKind => routeOptions.config.bodyKind ?? 'json';

/** Whether the bytes are the text itself. Nothing is unpacked here: a small body could be a large one. */
const isPlain = ({ headers }: FastifyRequest): boolean =>
  (headers['content-encoding'] ?? '').split(',').every((coding) => ['', 'identity'].includes(coding.trim().toLowerCase()));

/** RFC 9110 §15.5.16: the answer to a content coding that is not taken says which one is. */
const encodedBody = (): Failure =>
  new Failure('UNSUPPORTED_MEDIA_TYPE', {
    issues: [{ path: 'content-encoding', message: 'must be identity' }],
    acceptEncoding: 'identity',
  });

/** A semicolon with nothing after it is no parameter (RFC 9110 §5.6.6). */
function isUtf8(expected: string, contentType = ''): boolean {
  const [type = '', ...parts] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const parameters = parts.filter((part) => part !== '');
  return type === expected && parameters.length <= 1 && parameters.every((parameter) => /^charset\s*=\s*"?utf-?8"?$/.test(parameter));
}

/** A parameter that comes twice is refused (RFC 6749 §3.1): which one counts must not be a guess. */
function parseForm(body: string): unknown {
  const fields: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    if (name in fields) throw badInput({ path: name.slice(0, 64), message: 'must be sent once' });
    fields[name] = value;
  }
  return { ...fields };
}
