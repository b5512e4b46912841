import { Answer } from '../answer';
import type { SessionRow } from '../database/database';
import { badInput, Failure } from '../errors';
import type { Requester } from '../requester';
import type { Secrets } from '../secrets';
import { writePageToken } from '../tokens/page-token';
import type { SignedIn } from './signed-in';

/** Where the refresh token goes; left out, it is where it came from, or the answer. */
export type Delivery = 'BODY' | 'COOKIE' | null | undefined;

/**
 * Before any work: a browser on a page that is not allowed gets no cookie, and none that it would throw away.
 * @throws {Failure} BAD_USER_INPUT, FORBIDDEN
 */
export function requireDeliverable(delivery: Delivery, requester: Requester): void {
  if (delivery !== 'COOKIE') return;
  if (!requester.canKeepTokens) throw badInput({ path: 'delivery', message: 'COOKIE needs a PUBLIC_URL with https' });
  if (requester.origin === 'foreign') throw foreignOrigin();
}

/** A program that sends a cookie in the place of a browser, such as a server that renders pages, has to name the page: it is told so. */
const foreignOrigin = (): Failure =>
  new Failure('FORBIDDEN', {
    issues: [{ path: 'origin', message: 'must be sent as a header with a cookie, and be that of PUBLIC_URL or one of AUTH_CORS_ORIGINS' }],
  });

/** A browser sends cookies for any page: only an allowed one may use them. @throws {Failure} INVALID_REFRESH_TOKEN, FORBIDDEN */
export function requireKeptToken(requester: Requester): string {
  if (requester.keptRefreshToken === null) throw new Failure('INVALID_REFRESH_TOKEN');
  if (requester.origin !== 'allowed') throw foreignOrigin();
  return requester.keptRefreshToken;
}

/** A cookie that is worth nothing any more is taken away; the device is known all the same when its owner logs in again. */
export async function forgettingIfRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Failure && error.status === 401 ? error.withEffects({ cookies: 'clear refresh' }) : error;
  }
}

/** Gives the refresh token to whoever was asked to have it: the answer, or the browser. */
export function deliver(signedIn: SignedIn, delivery: Delivery): Answer<SignedIn> {
  const { refreshToken, deviceToken, session } = signedIn;
  if (delivery !== 'COOKIE' || refreshToken === null) return new Answer(signedIn, {});
  const cookies = { set: { refreshToken, deviceToken, expiresAt: session.expiresAt } };
  return new Answer({ ...signedIn, refreshToken: null, deviceToken: null }, { cookies });
}

/** To the hosted pages: their cookies, and no token that any other door would take. The access token is dropped with the rest of the answer. */
export function deliverToPage(signedIn: SignedIn, row: SessionRow, deviceToken: string | null, secrets: Secrets): Answer<SignedIn> {
  const page = {
    pageToken: writePageToken(row, 'page', secrets),
    navigationToken: writePageToken(row, 'navigation', secrets),
    deviceToken,
    expiresAt: row.expiresAt,
  };
  return new Answer({ ...signedIn, refreshToken: null }, { page });
}
