import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../errors';
import { problemContentType, toProblem } from '../http/problem';
import type { TellHidden } from '../log';
import { isLoopback, parseUrl } from '../settings/rules';
import { findHandler, type TestHandler } from './test.routes';

export interface TestServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const maxBodyBytes = 100 * 1024;

/**
 * The listener of `/test/…`, on 127.0.0.1 and on a port of its own. It takes requests for a loopback `Host` alone, and none that a page
 * of somewhere else sends: a browser on this machine must not be led here by a name that points at it, nor by a form.
 */
export async function openTestServer(routes: ReadonlyMap<string, TestHandler>, port: number, tellHidden: TellHidden): Promise<TestServer> {
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answered = answer(routes, request, response, tellHidden).finally(() => underWay.delete(answered));
    underWay.add(answered);
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections(); // whoever waits for a mail is told by it
      await Promise.all([closed, ...underWay]);
    },
  };
}

async function answer(
  routes: ReadonlyMap<string, TestHandler>,
  request: IncomingMessage,
  response: ServerResponse,
  tellHidden: TellHidden,
): Promise<void> {
  const requestId = randomUUID();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const headers = { 'cache-control': 'no-store', 'x-gatehouse-test-mode': '1', 'x-request-id': requestId };
  try {
    requireThisMachine(request);
    const { pathname, searchParams } = targetOf(request);
    const handler = findHandler(routes, request.method ?? '', pathname);
    const body = await readJson(request);
    const result = await handler(request.method === 'GET' ? Object.fromEntries(searchParams) : body, gone.signal);
    response.writeHead(200, { ...headers, 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(result));
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure('INTERNAL_SERVER_ERROR', {}, { cause: error });
    tellHidden(requestId, error);
    const allow = failure.details.allow && { allow: failure.details.allow.join(', ') };
    response
      .writeHead(failure.status, { ...headers, ...allow, 'content-type': problemContentType })
      .end(JSON.stringify(toProblem(failure, requestId)));
  }
}

/** @throws {Failure} FORBIDDEN */
function requireThisMachine({ headers: { host = '', origin } }: IncomingMessage): void {
  const isHere = (url: string): boolean => isLoopback(parseUrl(url)?.hostname ?? '');
  if (!isHere(`http://${host}`) || (origin !== undefined && !isHere(origin))) throw new Failure('FORBIDDEN');
}

/** What the request is for. @throws {Failure} NOT_FOUND */
function targetOf({ url = '/' }: IncomingMessage): URL {
  const target = parseUrl(`http://localhost${url}`); // behind a base alone, `//` would be the beginning of a host
  if (target === null) throw new Failure('NOT_FOUND');
  return target;
}

/** Undefined: there is none. @throws {Failure} BAD_REQUEST, PAYLOAD_TOO_LARGE */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new Failure('PAYLOAD_TOO_LARGE');
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new Failure('BAD_REQUEST', {}, { cause: error });
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
