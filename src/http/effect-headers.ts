import type {} from '@fastify/cookie'; // gives answers their cookies
import type { FastifyReply } from 'fastify';
import type { CookieChange, Effects } from '../effects';

/** Cookies that only this host, over TLS, may set and read (RFC 6265bis §4.1.3.2); no script sees them. */
export const refreshCookie = '__Host-gatehouse_refresh';
export const deviceCookie = '__Host-gatehouse_device';
const cookieOptions = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;
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
