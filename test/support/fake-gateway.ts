import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface List {
  readonly sessions?: readonly string[];
  readonly users?: readonly object[];
  readonly keys?: readonly string[];
  readonly until?: number;
}

/** What a verifier asks, answered as a test wants it: for clocks and lines that no real gateway has at will. */
export interface FakeGateway {
  readonly url: string;
  /** What `GET /v1/revocations` gives from now on, with a new `ETag`. */
  readonly list: (list: List) => void;
  /** Writes to every stream that is open. */
  readonly write: (text: string) => void;
  readonly told: (list: List) => void;
  /** How many streams were opened so far, and how often the whole list was given. */
  readonly streams: () => number;
  readonly lists: () => number;
  readonly sign: (claims?: Readonly<Record<string, unknown>>) => string;
  readonly close: () => Promise<unknown>;
}

const full = (list: List) => ({ sessions: [], users: [], keys: [], until: 0, ...list });
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param now what its clock says, in milliseconds since 1970 */
export async function openFakeGateway(now: () => number): Promise<FakeGateway> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = 'fake';
  const streams: ServerResponse[] = [];
  let opened = 0;
  let given = 0;
  let revision = 0;
  let list = full({});
  const server = createServer(({ url = '', headers }, response) => {
    if (url.endsWith('/jwks.json')) return void response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] }));
    if (url.endsWith('/oauth-authorization-server')) return void response.end(JSON.stringify({ issuer: 'http://gatehouse.test' }));
    if (url !== '/v1/revocations') return void response.writeHead(404).end();
    if (headers.accept === 'text/event-stream') {
      opened += 1;
      streams.push(response.writeHead(200, { 'content-type': 'text/event-stream' }));
      return void response.write(': current 0\n\n');
    }
    if (headers['if-none-match'] === `"${revision}"`) return void response.writeHead(304).end();
    given += 1;
    response.writeHead(200, { etag: `"${revision}"` }).end(JSON.stringify(list));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const write = (text: string): void => {
    for (const stream of streams) stream.write(text);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    list: (next) => {
      list = full(next);
      revision += 1;
    },
    write,
    told: (told) => write(`data: ${JSON.stringify(full(told))}\n\n`),
    streams: () => opened,
    lists: () => given,
    sign: (claims = {}) => {
      const iat = Math.floor(now() / 1000);
      const ids = { iss: 'http://gatehouse.test', aud: 'http://gatehouse.test', sub: 'kate', sid: randomUUID(), jti: randomUUID() };
      const payload = { ...ids, iat, exp: iat + 900, auth_time: iat, roles: [], ...claims };
      const content = `${encode({ alg: 'ES256', typ: 'at+jwt', kid })}.${encode(payload)}`;
      return `${content}.${sign('sha256', Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
