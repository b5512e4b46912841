import fc from 'fast-check';
import type { Person } from './doors';

/** How one place of a request is spoilt. */
const mutation = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'flip', 'repeat', 'cut'),
  at: fc.noBias(fc.nat({ max: 9_999 })).map((place) => place / 10_000), // everywhere alike: fast-check prefers the ends
  length: fc.integer({ min: 1, max: 24 }),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        '\r\n',
        '\r\n\r\n',
        '\0',
        ': ',
        '%',
        '%ff',
        '../',
        '"',
        '{',
        '[[[[',
        ']',
        '\\ud800',
        '?',
        '#',
        'Transfer-Encoding: chunked\r\n',
        '9'.repeat(30),
      )
      .map((text) => Buffer.from(text)),
  ),
});

function mutate(request: Buffer, { kind, at, length, bytes }: { kind: string; at: number; length: number; bytes: Buffer }): Buffer {
  const from = Math.floor(at * request.length);
  const [before, part, after] = [request.subarray(0, from), request.subarray(from, from + length), request.subarray(from + length)];
  if (kind === 'delete') return Buffer.concat([before, after]);
  if (kind === 'insert') return Buffer.concat([before, bytes, part, after]);
  if (kind === 'repeat') return Buffer.concat([before, part, part, part, after]);
  if (kind === 'cut') return before;
  return Buffer.concat([before, part.map((byte) => byte ^ (bytes[0] ?? 0xff)), after]);
}

/** Most with several places do not get past the parser of HTTP. */
const oneMutation = mutation.map((one) => [one]);

/** Whole requests of somebody who is logged in, each with a few places spoilt. */
export const spoiltRequests = (person: Pick<Person, 'accessToken' | 'refreshToken' | 'username'>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...wellFormed(person)), fc.oneof(oneMutation, oneMutation, fc.array(mutation, { minLength: 2, maxLength: 4 })))
    .map(([request, mutations]) => mutations.reduce(mutate, request));

function wellFormed({ accessToken, refreshToken, username }: Pick<Person, 'accessToken' | 'refreshToken' | 'username'>): readonly Buffer[] {
  const request = (line: string, body = '') =>
    Buffer.from(
      `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer ${accessToken}\r\nCookie: a=b; c=d\r\n` +
        `X-Request-Id: abc\r\nOrigin: https://app.example\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  return [
    request('GET /v1/profile?x=y'),
    request('DELETE /v1/sessions/0cab6174-839a-471a-902c-3735317bf71c'),
    request('POST /v1/login', JSON.stringify({ username, password: '' })),
    request('PATCH /v1/profile', JSON.stringify({ name: 'Kate', bio: 'a\u00e9'.normalize(), locale: 'en-GB' })),
    request('POST /v1/refresh', JSON.stringify({ refresh_token: refreshToken })),
    request(
      'POST /graphql',
      JSON.stringify({ query: 'query Q($x: Boolean!) { me @include(if: $x) { id roles } }', variables: { x: true } }),
    ),
    request('GET /.well-known/jwks.json'),
  ];
}
