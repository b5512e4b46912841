import { Deadline } from '../../src/deadline';
import type { AuthenticatedSession } from '../../src/proofs/proofs';
import type { Requester } from '../../src/requester';
import type { House } from './house';

/** What a request holds once its token was accepted: a test keeps it while the session changes, as a slow request would. */
export async function prove(house: House, accessToken: string): Promise<AuthenticatedSession> {
  const verdict = await house.app.services.sessionCheck.authenticate(`Bearer ${accessToken}`);
  if (!verdict.accepted) throw new Error(verdict.reason);
  return verdict.session;
}

/** Somebody without a browser. */
export const plainClient = (): Requester => ({
  ipAddress: '192.0.2.1',
  userAgent: null,
  acceptLanguage: null,
  requestId: 'a-test',
  isGone: () => false,
  origin: 'none',
  canKeepTokens: false,
  deviceToken: null,
  keptRefreshToken: null,
  idempotencyKey: null,
  deadline: new Deadline(),
});
