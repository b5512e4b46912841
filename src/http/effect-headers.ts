import type {} from '@fastify/cookie'; // gives answers their cookies
import type { FastifyReply } from 'fastify';
import type { CookieChange, Effects, PageTokens } from '../effects';

/** Cookies that only this host, over TLS, may set and read (RFC 6265bis §4.1.3.2); no script sees them. */
export const refreshCookie = '__Host-gatehouse_refresh';
export const deviceCookie = '__Host-gatehouse_device';
const cookieOptions = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;
/** Of the hosted pages: what opens them, and what goes on from one of their forms to the next. `Lax`: a link of a mail comes from elsewhere. */
export const pageCookie = '__Host-gatehouse_page';
export const flowCookie = '__Host-gatehouse_flow';
const pageCookieOptions = { ...cookieOptions, sameSite: 'lax' } as const;
/** Lets a browser through forward-auth. It may be of a whole domain, which `__Host-` forbids. */
export const navigationCookie = '__Secure-gatehouse_nav';
const deviceCookieSeconds = 400 * 24 * 60 * 60; // the longest that browsers keep one

/** The effects of an operation, as headers of the answer. */
export function applyEffects({ rateLimit, cookies }: Effects, reply: FastifyReply): void {
  if (rateLimit !== undefined) {
    const { policy, limit, windowSeconds, remaining, resetSeconds } = rateLimit;
    reply.header('ratelimit-policy', `"${policy}";q=${limit};w=${windowSeconds}`); // draft-ietf-httpapi-ratelimit-headers-10
    reply.header('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  }
  if (cookies !== undefined) changeCookies(cookies, reply);
}

/**
 * Its own two and nothing else: Clear-Site-Data would take those of every application under the registrable domain
 * (W3C Clear Site Data §3.1; nextcloud/server#9010).
 */
function changeCookies(change: CookieChange, reply: FastifyReply): void {
  if (change === 'clear all') reply.clearCookie(refreshCookie, cookieOptions).clearCookie(deviceCookie, cookieOptions);
  else if (change === 'clear refresh') reply.clearCookie(refreshCookie, cookieOptions);
  else {
    const { refreshToken, deviceToken, expiresAt } = change.set;
    reply.setCookie(refreshCookie, refreshToken, { ...cookieOptions, expires: expiresAt });
    if (deviceToken !== null) reply.setCookie(deviceCookie, deviceToken, { ...cookieOptions, maxAge: deviceCookieSeconds });
  }
}

/** What a browser keeps of a session of pages that has begun. `domain`: where forward-auth protects other hosts too. */
export function keepPageSession(
  { pageToken, navigationToken, deviceToken, expiresAt }: PageTokens,
  domain: string | undefined,
  reply: FastifyReply,
) {
  const expires = expiresAt;
  reply.setCookie(pageCookie, pageToken, { ...pageCookieOptions, expires });
  reply.setCookie(navigationCookie, navigationToken, { ...pageCookieOptions, expires, ...(domain !== undefined && { domain }) });
  if (deviceToken !== null) reply.setCookie(deviceCookie, deviceToken, { ...cookieOptions, maxAge: deviceCookieSeconds });
}

/** The device is known all the same when its owner comes back. */
export function forgetPageSession(domain: string | undefined, reply: FastifyReply): void {
  reply.clearCookie(pageCookie, pageCookieOptions);
  reply.clearCookie(navigationCookie, { ...pageCookieOptions, ...(domain !== undefined && { domain }) });
}

/** Null takes it away. It ends with the browser, or after a day. */
export function keepFlow(content: string | null, reply: FastifyReply): void {
  if (content === null) reply.clearCookie(flowCookie, pageCookieOptions);
  else reply.setCookie(flowCookie, content, { ...pageCookieOptions, maxAge: flowSeconds });
}

/** As long as the longest code of a mail counts. */
const flowSeconds = 24 * 60 * 60;
