import { connect } from 'node:net';
import type { House } from './house';

/** An answer as it came over the socket. Header names in small letters; of several with one name, all. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Every byte until the server closed. Empty: it said nothing. */
  readonly raw: string;
}

export interface WireRequest {
  readonly method?: string;
  readonly path: string;
  /** Sent as they are, in this order: names may come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Buffer;
}

/** Sends bytes and reads until the server closes: what no HTTP client would send, and what it would hide. */
export async function exchange(
  house: Pick<House, 'url'>,
  bytes: string | Buffer,
  /** `ends`: no more bytes follow, and the server knows. */
  { ends = false }: { readonly ends?: boolean } = {},
): Promise<WireAnswer> {
  const { hostname, port } = new URL(house.url);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => (ends ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve());
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve() : reject(error),
    );
  });
  return parse(Buffer.concat(chunks).toString());
}

/** One well-formed request, with any method, path and headers. */
export function send(house: Pick<House, 'url'>, { method = 'GET', path, headers = [], body }: WireRequest): Promise<WireAnswer> {
  const bytes = Buffer.from(body ?? '');
  const lines = [
    ['Host', new URL(house.url).host] as const,
    ...headers,
    ...(body === undefined ? [] : [['Content-Length', String(bytes.length)] as const]),
    ['Connection', 'close'] as const,
  ];
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return exchange(house, Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
}

export const json = (body: unknown): Pick<WireRequest, 'headers' | 'body'> => ({
  headers: [['Content-Type', 'application/json']],
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

function parse(raw: string): WireAnswer {
  const end = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = raw.slice(0, Math.max(end, 0)).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body: end < 0 ? '' : raw.slice(end + 4), raw };
}

/** What every refusal of the REST door has (RFC 9457 §3), whatever refused it. Gives the problem. */
export function expectProblem(answer: WireAnswer, status: number, code: string): Record<string, unknown> {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json; charset=utf-8']);
  const problem = JSON.parse(answer.body) as Record<string, unknown>;
  expect(problem).toMatchObject({ type: `urn:gatehouse:error:${code}`, status, code, request_id: answer.headers.get('x-request-id') });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return problem;
}
