import { type House, openHouse } from '../support/house';
import { exchange, expectProblem, json, send } from '../support/wire';

/** What only a raw socket can send: two readers of such bytes could disagree on where a request ends (ASVS 4.2.1). */
let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite');
});
afterAll(() => house.close());

const smuggled = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
const head = (lines: string, body = '') => `POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines}\r\n${body}`;

describe('bytes that are no clear HTTP', () => {
  it.each([
    ['Content-Length and Transfer-Encoding', head('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['two Content-Lengths', head('Content-Length: 2\r\nContent-Length: 40\r\n', `{}${smuggled}`)],
    ['a Content-Length that is no number', head('Content-Length: +2\r\n', `{}${smuggled}`)],
    ['a space before the colon', head('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['an unknown transfer coding', head('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['lines that end in LF alone', 'GET /health HTTP/1.1\nHost: x\n\n'],
    ['a header name with a space', head('Content Length: 2\r\n', `{}${smuggled}`)],
    ['a folded header', head('X-Folded: a\r\n b\r\nContent-Length: 2\r\n', `{}${smuggled}`)],
    ['a NUL in a header', head('X-Nul: a\0b\r\nContent-Length: 2\r\n', `{}${smuggled}`)],
    ['no Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['two Hosts (RFC 9112 §3.2)', 'GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['a chunk size that is no number', head('Transfer-Encoding: chunked\r\n', `zz\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ])('get 400 and a closed connection: %s', async (_what, bytes) => {
    const answer = await exchange(house, bytes);
    expectProblem(answer, 400, 'BAD_REQUEST');
    expect(answer.raw.match(/HTTP\/1\.1 /g)).toHaveLength(1); // the second request in the bytes is not answered
    expect(answer.headers.get('connection')).toBe('close');
    expect((await send(house, { path: '/health' })).status).toBe(200); // the next one, on a new socket
  });

  it('get 431 when the headers are larger than 16 KiB', async () => {
    const answer = await send(house, { path: '/health', headers: [['X-Large', 'x'.repeat(64 * 1024)]] });
    expectProblem(answer, 431, 'HEADERS_TOO_LARGE');
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('leave a line in the log, without a byte of what was sent', async () => {
    await exchange(house, head('Content-Length: CANARY\r\n'));
    expect(house.log.at(-1)).toMatchObject({ msg: 'malformed request', status: 400 });
    expect(JSON.stringify(house.log)).not.toContain('CANARY');
  });
});

describe('a body that breaks off', () => {
  it('is no defect of the gateway', async () => {
    await exchange(house, head('Transfer-Encoding: chunked\r\n', '5\r\n{"use\r\nzz\r\n'));
    expect(house.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('an expectation that nobody knows', () => {
  it('is ignored (RFC 9110 §10.1.1)', async () => {
    expect((await send(house, { path: '/health', headers: [['Expect', 'miracles']] })).status).toBe(200);
  });
});

describe('Expect: 100-continue', () => {
  it('is told to go on, and the body is judged', async () => {
    const { headers = [], body } = json({});
    const answer = await send(house, {
      method: 'POST',
      path: '/v1/login',
      headers: [...headers, ['Expect', '100-continue']],
      body: body ?? '',
    });
    expect(answer.raw).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('with too large a body is PAYLOAD_TOO_LARGE, and does not hang', async () => {
    const lines = 'Content-Length: 10000000\r\nExpect: 100-continue\r\nConnection: close\r\n';
    const answer = await exchange(house, head(lines));
    expect(answer.raw).toContain('HTTP/1.1 413 Payload Too Large');
  });
});
