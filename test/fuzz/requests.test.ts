import fc from 'fast-check';
import { newPerson } from '../support/doors';
import { type House, openHouse } from '../support/house';
import { exchange } from '../support/wire';

/** The same requests at every run. */
const fixed = { seed: 20_260_301, numRuns: 250, endOnFailure: true };

/** How one place of a request is spoilt. */
const mutation = fc.record({
  kind: fc.constantFrom('delete', 'insert', 'flip', 'repeat', 'cut'),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
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

describe('a request with spoilt bytes', () => {
  let house: House;
  let requests: readonly Buffer[];
  beforeAll(async () => {
    house = await openHouse('sqlite');
    const { accessToken, refreshToken, username } = await newPerson(house);
    const request = (line: string, body = '') =>
      Buffer.from(
        `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer ${accessToken}\r\nCookie: a=b; c=d\r\n` +
          `X-Request-Id: abc\r\nOrigin: https://app.example\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    requests = [
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
  });
  afterAll(() => house.close()); // and throws when the log has a defect

  it('is served, refused or cut off, and never a defect', async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(mutation, { minLength: 1, maxLength: 4 }), async (which, mutations) => {
        const original = requests[which % requests.length] as Buffer; // there are some
        // The client ends its side: what waits for more is answered or closed at once.
        const { status, body } = await exchange(house, mutations.reduce(mutate, original), { ends: true });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status >= 500) expect([status, body]).toEqual([503, expect.stringContaining('"UNAVAILABLE"')]);
      }),
      fixed,
    );
    for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(0); // it came as far as that
    expect((await fetch(`${house.url}/ready`)).status).toBe(200);
  });
});
