import { Failure, type FailureDetails } from '../errors';
import { Reply } from '../rest/route';
import type { OriginalRequest } from './original-request';

/** A browser without a session is led to the sign-in page, or the proxy is told where that is. @throws {Failure} UNAUTHENTICATED */
export function toSignIn(signInUrl: string, original: OriginalRequest, reason: FailureDetails['reason']): Reply {
  const location = signInLocation(signInUrl, original);
  if (original.takesRedirect) return new Reply(302, { location });
  throw new Failure('UNAUTHENTICATED', { ...(reason && { reason }), signInLocation: location });
}

/** The page where somebody shows once more who is there, or a second factor. @throws {Failure} REAUTHENTICATION_REQUIRED */
export function toConfirm(confirmUrl: string, original: OriginalRequest, failure: Failure): Reply {
  const page = new URL(confirmUrl);
  if (failure.details.acrValues !== undefined) page.searchParams.set('need', failure.details.acrValues);
  const location = signInLocation(page.href, original);
  if (original.takesRedirect) return new Reply(302, { location });
  throw new Failure(failure.code, { ...failure.details, signInLocation: location });
}

/** The sign-in page, which is told where to lead back to. It must not believe that blindly: see docs/forward-auth.md. */
function signInLocation(signInUrl: string, { url }: OriginalRequest): string {
  const location = new URL(signInUrl);
  if (url !== null) location.searchParams.set('return_to', url);
  return location.href;
}
