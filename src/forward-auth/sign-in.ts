import { Failure, type UnauthenticatedReason } from '../errors';
import { Reply } from '../rest/route';
import type { OriginalRequest } from './original-request';

/** A browser without a session is led to the sign-in page, or the proxy is told where that is. @throws {Failure} UNAUTHENTICATED */
export function toSignIn(signInUrl: string, original: OriginalRequest, reason: UnauthenticatedReason | undefined): Reply {
  const location = signInLocation(signInUrl, original);
  if (original.takesRedirect) return new Reply(302, { location });
  throw new Failure('UNAUTHENTICATED', { ...(reason && { reason }), signInLocation: location });
}

/** The sign-in page, which is told where to lead back to. It must not believe that blindly: see docs/forward-auth.md. */
function signInLocation(signInUrl: string, { url }: OriginalRequest): string {
  const location = new URL(signInUrl);
  if (url !== null) location.searchParams.set('return_to', url);
  return location.href;
}
