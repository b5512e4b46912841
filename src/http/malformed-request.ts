import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Failure, type FailureCode } from '../errors';
import type { Logger } from '../log';
import { problemContentType, toProblem } from './problem';

/**
 * Answers bytes that Node could not read as a request, or that take too long to become one, and closes the connection: where
 * such a request ends, the next reader may see otherwise (RFC 9112 §11.2). Nothing of the bytes is logged.
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Answering, logger: Logger): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const failure = new Failure(codes[error.code ?? ''] ?? 'BAD_REQUEST');
  const requestId = randomUUID();
  logger.info({ requestId, status: failure.status }, 'malformed request');
  const body = JSON.stringify(toProblem(failure, requestId));
  const head = {
    Date: new Date().toUTCString(),
    'X-Request-Id': requestId,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Type': problemContentType,
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref(); // who does not close its own end is not waited for
}

/** Node's own mark of an answer that is under way: another one in the middle of it would be taken for a part of it. */
type Answering = Socket & { readonly _httpMessage?: Pick<ServerResponse, 'headersSent'> | null };

/** How long a refused client has to read why, before what it still sends resets the connection. */
const lingerMs = 500;

/** Node's codes for what is not simply malformed. */
const codes: Readonly<Record<string, FailureCode>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};
