import type { Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badInput, Failure } from '../errors';
import type { BodyKind } from './route';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this route takes. Left out: JSON. */
    readonly bodyKind?: BodyKind;
  }
}

/** Each route takes one kind of body, in UTF-8; every other is 415. A form where JSON is expected would let any page's form in. */
export function addBodyParsers(server: FastifyInstance): void {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  server.removeAllContentTypeParsers();
  const addParser = (contentType: string, kind: BodyKind, parse: (body: string) => unknown, fault: string): void => {
    server.addContentTypeParser(contentType, { parseAs: 'buffer' }, (request, body, done) => {
      if (kindOf(request) === 'ignored') return done(null, undefined);
      if (kindOf(request) === 'raw') return done(null, body);
      if (kindOf(request) !== kind || !isUtf8(contentType, request.headers['content-type']))
        return done(new Failure('UNSUPPORTED_MEDIA_TYPE'));
      if (body.length === 0) return done(null, undefined);
      try {
        return done(null, parse(utf8.decode(body as Buffer)));
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
    if (kindOf(request) !== 'ignored') return done(new Failure('UNSUPPORTED_MEDIA_TYPE'));
    payload.resume();
    return done(null, undefined);
  });
}

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

function isUtf8(expected: string, contentType = ''): boolean {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  return (
    type === expected && (parameters.length === 0 || (parameters.length === 1 && /^(charset\s*=\s*"?utf-?8"?)?$/.test(parameters[0] ?? '')))
  );
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
