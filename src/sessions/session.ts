import type { z } from 'zod';
import { secondsAfter } from '../clock';
import type { SessionRow } from '../database/database';
import { freshUntil } from './fresh';
import type { sessionSchema } from './session.schema';
import type { SessionsSettings } from './sessions.settings';

/** A session as its owner sees it, and whose it is, which is not shown. No token material. */
export type Session = z.output<typeof sessionSchema> & { readonly userId: string };

export function toSession(row: SessionRow, currentSessionId: string, settings: Pick<SessionsSettings, 'freshSeconds'>): Session {
  const { id, userId, userAgent, ipAddress, createdAt, lastUsedAt } = row;
  return {
    id,
    userId,
    current: id === currentSessionId,
    userAgent,
    ipAddress,
    methods: row.methods.split(' '),
    createdAt,
    lastUsedAt,
    freshUntil: freshUntil(row, settings),
    expiresAt: endOf(row),
  };
}

/**
 * What somebody has shown, in the names of RFC 8176 §2; `mail` (a code by mail), `fed` (another provider's word) and `rc` (a recovery code)
 * are of ours. One at the most of `pwd`, `mail` and `fed` is one factor. `mfa` beside `fed`: a
 * provider that is trusted with it has seen two. Kept in this order: see login-challenge.ts.
 */
export const authMethods = ['pwd', 'mail', 'fed', 'otp', 'hwk', 'swk', 'user', 'rc', 'mfa'] as const;
export type AuthMethod = (typeof authMethods)[number];

const beyondOne: ReadonlySet<string> = new Set<AuthMethod>(['otp', 'rc', 'hwk', 'swk', 'user', 'mfa']);

/**
 * Whether these are two factors. Codes and keys come after another one; a passkey that comes first has verified its user, and is two by
 * itself, as a trusted provider's word is.
 */
export const areTwoFactors = (methods: readonly string[]): boolean => methods.some((method) => beyondOne.has(method));

export const endOf = ({ idleExpiresAt, expiresAt }: Pick<SessionRow, 'idleExpiresAt' | 'expiresAt'>): Date =>
  earlier(idleExpiresAt, expiresAt);

/**
 * Until when access tokens of a session that begins or is refreshed now may live: those too that are made within the
 * grace. Written down with the session, so that what was revoked has to be told for no longer than that.
 */
export const tokensEnd = (now: number, sessionEnd: Date, settings: TokenSettings): Date =>
  earlier(secondsAfter(now, settings.accessTokenSeconds + settings.refreshGraceSeconds + 60), sessionEnd);

/** The same of a session that goes on: tokens that were made before a setting was lowered live as long as they say. */
export const tokensEndOf = ({ tokensExpireAt, expiresAt }: SessionRow, now: number, settings: TokenSettings): Date => {
  const end = tokensEnd(now, expiresAt, settings);
  return tokensExpireAt !== null && tokensExpireAt > end ? tokensExpireAt : end;
};

export type TokenSettings = Pick<SessionsSettings, 'accessTokenSeconds' | 'refreshGraceSeconds'>;

export const earlier = (left: Date, right: Date): Date => (left < right ? left : right);
