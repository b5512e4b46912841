import type { z } from 'zod';
import type { Credentials } from '../accounts/credentials';
import { userActor } from '../actor';
import { type Answer, withEffects } from '../answer';
import type { AuditService } from '../audit/audit.service';
import type { Requester } from '../requester';
import { type Freshness, proofMethodsOf } from '../sessions/fresh';
import { type Session, toSession } from '../sessions/session';
import type { AuthenticatedSession } from '../sessions/session.check';
import type { SessionsSettings } from '../sessions/sessions.settings';
import type { ReauthenticationEvent } from './reauthentication.events';
import type { reauthenticateInput } from './reauthentication.inputs';

/** Proving once more who is there. */
export interface ReauthenticationService {
  /**
   * The session is fresh from then on, and nothing else changes: it is the same session, with the same tokens, and no other one of the user is
   * fresh by it. A wrong password counts as one of `changePassword`.
   * @throws {Failure} INVALID_CREDENTIALS, REAUTHENTICATION_REQUIRED (that proof is not what this user has to show), UNAUTHENTICATED
   * (ended meanwhile), RATE_LIMITED, UNAVAILABLE
   */
  readonly reauthenticate: (
    session: AuthenticatedSession,
    proof: z.output<typeof reauthenticateInput>,
    requester: Requester,
  ) => Promise<Answer<{ readonly session: Session }>>;
}

interface Dependencies {
  readonly audit: AuditService<ReauthenticationEvent>;
  readonly credentials: Credentials;
  readonly freshness: Freshness;
  readonly config: Pick<SessionsSettings, 'freshSeconds'>;
}

export function createReauthenticationService({ audit, credentials, freshness, config }: Dependencies): ReauthenticationService {
  return {
    reauthenticate: async (session, { password }, requester) => {
      const { row, user } = session;
      if (password == null || !proofMethodsOf(user).includes('PASSWORD')) throw freshness.refusal(user);
      const asking = { event: 'session.reauthenticated', sessionId: row.id } as const;
      const { effects } = await credentials.verifyOwn(user, password, requester, asking);
      return withEffects(effects, async () => {
        const renewed = await audit.change(async (queries, note) => {
          note({ ...asking, userId: user.id, actor: userActor(user.id, requester), detail: 'by password' });
          return freshness.renew(queries, session);
        });
        return { session: toSession(renewed, row.id, config) };
      });
    },
  };
}
