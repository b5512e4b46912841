import { connect } from 'node:net';
import { type House, openHouse } from '../support/house';

/** As short as the settings allow; what is asserted is that the gateway ends it at all, not how soon. */
const short = { AUTH_HTTP_HEADERS_SECONDS: '1', AUTH_HTTP_REQUEST_SECONDS: '2', METRICS_PORT: '0' };

let house: House;
beforeAll(async () => {
  house = await openHouse('sqlite', short);
});
afterAll(() => house.close());

/**
 * What a server says to a client that sends `head`, then `drop` every 100 ms, and never closes its own end. A server that waits for the
 * rest lets the sentence run into Jest's own limit of a minute.
 */
function dawdle(port: number, head: string, drop: string): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => head !== '' && socket.write(head));
    let refused = false;
    const dropping = setInterval(() => (drop !== '' || refused) && socket.writable && socket.write(drop || ' '), 100);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      refused = true; // who writes to a socket that is gone finds out
    });
    socket.on('error', () => undefined); // a reset is an end, too
    socket.on('close', () => {
      clearInterval(dropping);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

const post = 'POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{';
const slow = [
  ['headers, a letter at a time', 'GET /health HTTP/1.1\r\nX-Slow: ', 'a'],
  ['headers that stop', 'GET /health HTTP/1.1\r\nHost: x\r\n', ''],
  ['not one byte', '', ''],
  ['a body, a byte at a time', post, ' '],
  ['a body that stops', post, ''],
  ['a chunked body without an end', post.replace('Content-Length: 5000', 'Transfer-Encoding: chunked').replace(/\{$/, '1\r\n{\r\n'), ''],
] as const;

describe('a client that takes its time', () => {
  it.each(slow)('is told REQUEST_TIMEOUT and cut off, though it keeps its own end open: %s', async (_what, head, drop) => {
    const answer = await dawdle(house.app.port, head, drop);
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 408 Request Timeout');
    expect(answer).toContain('Connection: close');
    expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
  });

  it('is cut off where it was answered before it had sent everything', async () => {
    const answer = await dawdle(house.app.port, 'POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n', ' ');
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 404 Not Found');
  });

  it('is cut off at the metrics, too', async () => {
    const answer = await dawdle(house.app.metricsPort ?? 0, 'GET /metrics HTTP/1.1\r\nX-Slow: ', 'a');
    expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 408 Request Timeout');
  });

  it('leaves no error in the log, and others are served', async () => {
    expect((await fetch(`${house.url}/health`)).status).toBe(200);
    expect(house.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
