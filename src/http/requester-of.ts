import type {} from '@fastify/cookie'; // gives requests and answers their cookies
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../context';
import { normalAddress } from '../network';
import { type Requester, toUserAgent } from '../requester';
import type { Origins } from './origins';

/** Cookies that only this host, over TLS, may set and read (RFC 6265bis §4.1.3.2); no script sees them. */
const refreshCookie = '__Host-gatehouse_refresh';
const deviceCookie = '__Host-gatehouse_device';
const cookieOptions = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;
const deviceCookieSeconds = 400 * 24 * 60 * 60; // the longest that browsers keep one

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
  const notes: Requester['notes'] = {};
  return {
    ipAddress: normalAddress(request.ip),
    userAgent: toUserAgent(userAgent),
    acceptLanguage: request.headers['accept-language']?.slice(0, maxAcceptLanguage) ?? null,
    requestId: request.id,
    isGone: () => request.raw.socket.destroyed || notes.isAnswered === true,
    origin: judged === 'own' ? 'allowed' : judged,
    canKeepTokens: origins.canKeepTokens(),
    deviceToken: (typeof deviceHeader === 'string' ? deviceHeader : undefined) ?? request.cookies[deviceCookie] ?? null,
    keptRefreshToken: request.cookies[refreshCookie] ?? null,
    idempotencyKey: idempotencyKey === undefined ? null : String(idempotencyKey), // sent twice, Node joins the values with ", "
    notes,
  };
}

/** What the services noted for the client, as headers. */
export function applyNotes({ notes }: Requester, reply: FastifyReply): void {
  const { rateLimit, keep } = notes;
  if (rateLimit !== undefined) {
    const { policy, limit, windowSeconds, remaining, resetSeconds } = rateLimit;
    reply.header('ratelimit-policy', `"${policy}";q=${limit};w=${windowSeconds}`); // draft-ietf-httpapi-ratelimit-headers-10
    reply.header('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  }
  // Its own two and nothing else: Clear-Site-Data would take those of every application under the registrable domain
  // (W3C Clear Site Data §3.1; nextcloud/server#9010).
  if (keep === null) reply.clearCookie(refreshCookie, cookieOptions).clearCookie(deviceCookie, cookieOptions);
  if (keep === 'device') reply.clearCookie(refreshCookie, cookieOptions);
  if (!keep || keep === 'device') return;
  reply.setCookie(refreshCookie, keep.refreshToken, { ...cookieOptions, expires: keep.expiresAt });
  if (keep.deviceToken !== null) reply.setCookie(deviceCookie, keep.deviceToken, { ...cookieOptions, maxAge: deviceCookieSeconds });
}
