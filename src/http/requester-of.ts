import type {} from '@fastify/cookie'; // gives requests and answers their cookies
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../context';
import { Deadline } from '../deadline';
import { normalAddress } from '../network';
import { type Requester, toUserAgent } from '../requester';
import { deviceCookie, refreshCookie } from './effect-headers';
import type { Origins } from './origins';

/** As many UTF-16 units as browsers with ten languages send. */
const maxAcceptLanguage = 256;

export type RequesterOf = (request: FastifyRequest) => Requester;

/** What is true of a request. */
export type ContextOf = (request: FastifyRequest) => RequestContext;

/** Who sent the request, with the address that the trusted hops tell. The same object at every call for one request. */
export function createRequesterOf(origins: Origins): RequesterOf {
  return (request: FastifyRequest & { [requesterOfRequest]?: Requester }) => {
    request[requesterOfRequest] ??= readRequester(request, origins);
    return request[requesterOfRequest];
  };
}

const requesterOfRequest = Symbol('requester');

function readRequester(request: FastifyRequest, origins: Origins): Requester {
  const { 'user-agent': userAgent, origin } = request.headers;
  const judged = origins.judge(origin);
  const deviceHeader = request.headers['x-device-token'];
  const idempotencyKey = request.headers['idempotency-key'];
  const deadline = new Deadline();
  return {
    ipAddress: normalAddress(request.ip),
    userAgent: toUserAgent(userAgent),
    acceptLanguage: request.headers['accept-language']?.slice(0, maxAcceptLanguage) ?? null,
    requestId: request.id,
    isGone: () => request.raw.socket.destroyed || deadline.isPassed,
    origin: judged === 'own' ? 'allowed' : judged,
    canKeepTokens: origins.canKeepTokens(),
    deviceToken: (typeof deviceHeader === 'string' ? deviceHeader : undefined) ?? request.cookies[deviceCookie] ?? null,
    keptRefreshToken: request.cookies[refreshCookie] ?? null,
    idempotencyKey: idempotencyKey === undefined ? null : String(idempotencyKey), // sent twice, Node joins the values with ", "
    deadline,
  };
}
